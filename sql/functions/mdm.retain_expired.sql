-- SPDX-License-Identifier: ISC
-- End commands whose time is over on devices that do not come.
create or replace function mdm.retain_expired(in_rows int) returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_device uuid;
  v_count  bigint := 0;
begin
  for v_device in
    select distinct o.device
      from (select c.device from mdm.command c
             where c.expires_at <= now() and c.state in ('queued', 'waiting')
             order by c.expires_at limit in_rows) o
  loop
    perform from mdm.session s where s.device = v_device
       for no key update skip locked;
    if found and mdm.counter_try(v_device) then
      perform mdm.command_expire(v_device);
      v_count := v_count + 1;
    end if;
  end loop;
  return v_count;
end
$$;
comment on function mdm.retain_expired is
  'End commands whose time is over; says on how many devices.';

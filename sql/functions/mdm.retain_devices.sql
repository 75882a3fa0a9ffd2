-- SPDX-License-Identifier: ISC
-- Remove devices that left long ago, and those that asked to enroll and never
-- came; not while one of their certificates may stand in a CRL or serve.
create or replace function mdm.retain_devices(in_rows int) returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before timestamptz := mdm.retain_before('retain_device');
  v_device uuid;
  v_count  bigint := 0;
begin
  for v_device in
    select d.device from mdm.device d
     where d.state in ('enrolling', 'unenrolled', 'retired')
       and d.created_at < v_before
       and not exists (select from mdm.session s
         where s.device = d.device and s.seen_at >= v_before)
       and not exists (select from mdm.certificate c
         where c.device = d.device and c.not_after >= now())
       and not exists (select from mdm.event e
         where e.device = d.device and e.at >= v_before
           and e.kind <> 'audit.forgotten')
     order by d.created_at limit least(in_rows, 500)
  loop
    perform from mdm.session s where s.device = v_device
       for update skip locked;
    if found and mdm.counter_try(v_device) then
      perform mdm.device_forget(v_device);
      v_count := v_count + 1;
    end if;
  end loop;
  return v_count;
end
$$;
comment on function mdm.retain_devices is
  'Remove devices that left long ago; says how many.';

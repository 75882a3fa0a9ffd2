-- SPDX-License-Identifier: ISC
-- Have devices stand in a group by name; says of how many that is new.
-- These alone are compared with their desired state.  MD404: no such group or
-- device.
create or replace function admin.group_member_add(in_name text,
  in_devices uuid[])
returns int
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from mdm.group g where g.name = in_name) then
    raise exception 'no group "%"', in_name using errcode = 'MD404';
  end if;
  perform mdm.devices_known(in_devices);
  return (select count(*) filter (where mdm.group_member_set(d.device, in_name, true))
            from (select distinct u.device from unnest(in_devices) u (device)
                   order by 1) d);
end
$$;
comment on function admin.group_member_add is
  'Have devices stand in a group by name; says of how many that is new.';

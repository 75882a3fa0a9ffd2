-- SPDX-License-Identifier: ISC
-- Have these devices stand in a group by name and no others; says how many
-- came or went.  MD404: no such device.
create or replace function mdm.group_members(in_name text, in_members uuid[])
returns int
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_came int;
  v_left int;
begin
  perform mdm.devices_known(in_members);
  delete from mdm.group_member m
   where m.name = in_name and m.device <> all (in_members);
  get diagnostics v_left = row_count;
  insert into mdm.group_member (device, name)
  select distinct d.device, in_name from unnest(in_members) d (device)
  on conflict do nothing;
  get diagnostics v_came = row_count;
  return v_came + v_left;
end
$$;
comment on function mdm.group_members is
  'Have these devices and no others stand in a group by name; says how many came or went.';

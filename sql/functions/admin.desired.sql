-- SPDX-License-Identifier: ISC
-- What a device is to be, as of now: for each node the item of the profile
-- that has its way, and the profiles that want something else.  Where applies
-- is false the profile is assigned, but not made for this device.  exec is
-- whether it is an Exec; want is the hash of what is wanted.
create or replace function admin.desired(in_device uuid)
returns table (profile text, item int, verb text, uri text, format text,
  data text, overrides text[], applies boolean, node text, exec boolean,
  want bytea)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select d.profile, d.item, i.verb, i.uri, i.format, i.data, d.overrides,
           d.applies, d.node, d.exec, d.want
      from mdm.desired_items(in_device) d
      join mdm.profile_item i on i.profile = d.profile and i.item = d.item
     order by d.rank desc, d.profile, d.item;
end
$$;
comment on function admin.desired is
  'What a device is to be, as of now: one item for each node, after priorities.';

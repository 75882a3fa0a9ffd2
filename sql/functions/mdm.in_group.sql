-- SPDX-License-Identifier: ISC
-- Whether a device is in a group: it stands in it by name, or the group's rule
-- is true of it.  No group at all has every device.
create or replace function mdm.in_group(in_device uuid, in_name text)
returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return in_name is null
    or exists (select from mdm.group_member m
      where m.device = in_device and m.name = in_name)
    or coalesce((select mdm.rule_fits(in_device, g.rule) from mdm.group g
      where g.name = in_name and g.rule is not null), false);
end
$$;
comment on function mdm.in_group is
  'Whether a device is in a group, by name or by its rule; null: every device is.';

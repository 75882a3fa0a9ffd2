-- SPDX-License-Identifier: ISC
-- Make a profile, or change it whole: a list of items such as
--
--   [{"uri": "./Device/Vendor/MSFT/Policy/Config/...", "data": 1},
--    {"verb": "Add", "uri": ..., "format": "b64", "data": "..."}]
--
-- whose verb is Replace unless it says Add, Delete or Exec.  in_atomic: they
-- succeed or fail together.  in_restore: the values before are kept, to be set
-- again when the profile leaves a device.  in_rule: the devices that it is
-- made for (mdm.rule_fits).  The highest priority wins a conflict.  Nothing
-- is sent to a device before it is assigned to one of its groups.  Says
-- whether anything changed.  MD400: the rule that is broken.
create or replace function admin.profile_set(in_name text, in_items jsonb,
  in_atomic boolean default false, in_priority int default 0,
  in_restore boolean default false, in_rule jsonb default null,
  in_description text default null)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return mdm.profile_write(row(in_name, in_atomic, in_restore, in_priority,
    in_rule, in_description, null, null)::mdm.profile,
    mdm.profile_items(in_name, in_items));
end
$$;
comment on function admin.profile_set is
  'Make a profile from a list of items, or change it whole; says whether anything changed.';

-- SPDX-License-Identifier: ISC
-- The value of a setting that is a number.
create or replace function mdm.setting_int(in_name text) returns int
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(s.value, s.preset)::int from mdm.setting s where s.name = in_name;
$$;
comment on function mdm.setting_int is
  'The value of a setting that is a number.';

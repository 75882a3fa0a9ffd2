-- SPDX-License-Identifier: ISC
-- 10.0.19045.1 as numbers, which compare as versions do; null for other texts.
create or replace function mdm.version_parts(in_version text) returns int[]
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select case when in_version ~ '^[0-9]{1,9}(\.[0-9]{1,9}){0,7}$'
    then string_to_array(in_version, '.')::int[] end;
$$;
comment on function mdm.version_parts is
  'A version as numbers, which compare as versions do.';

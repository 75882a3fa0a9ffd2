-- SPDX-License-Identifier: ISC
-- Whether a name is like one of some patterns, where * stands for any text
-- and the letter case does not matter.  Without patterns every name is.
create or replace function mdm.name_matches(in_name text, in_patterns text[])
returns boolean
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select in_patterns is null or exists (
    select from unnest(in_patterns) as p (pattern)
     where lower(in_name) like translate(
       replace(replace(replace(lower(p.pattern), '\', '\\'), '_', '\_'), '%', '\%'), '*', '%'));
$$;
comment on function mdm.name_matches is
  'Whether a name is like one of some patterns with *; without patterns every name is.';

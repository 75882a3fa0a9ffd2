-- SPDX-License-Identifier: ISC
-- The names of the variables in texts, each once.
create or replace function mdm.variable_names(in_texts text[])
returns text[]
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $body$
begin
  return (
    select coalesce(array_agg(distinct m[2]) filter (where m[2] is not null), '{}')
      from unnest(in_texts) t,
           regexp_matches(t, '(\$\$\()|\$\(([a-z0-9_.]+)\)', 'g') m
     where strpos(t, '$(') > 0);
end
$body$;
comment on function mdm.variable_names is
  'The names of the variables in texts, each once.';

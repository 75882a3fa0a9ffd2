-- SPDX-License-Identifier: ISC
-- The first value of a name in an AdditionalContext; null when it is empty.
create or replace function mdm.context_value(in_context jsonb, in_name text)
returns text
language sql immutable strict
set search_path = pg_catalog, pg_temp
as $$
  select nullif(btrim(jsonb_path_query_first(in_context, '$[*] ? (@.name == $n).value',
    jsonb_build_object('n', in_name)) #>> '{}'), '');
$$;
comment on function mdm.context_value is
  'The first value of a name in an AdditionalContext, trimmed.';

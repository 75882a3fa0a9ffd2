-- SPDX-License-Identifier: ISC
-- The values of an AllowedValues element, in its order, each with what is
-- said of it.
create or replace function mdm.csp_allowed(in_values xml) returns jsonb
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('value', v.value,
           'description', nullif(btrim(v.description, E' \t\r\n'), '')))
           order by v.n)
    from xmltable('//*[local-name()="Value"]' passing in_values
      columns n for ordinality, value text path 'string(.)',
              description text path 'string(../*[local-name()="ValueDescription"])') v;
$$;
comment on function mdm.csp_allowed is 'The values of an AllowedValues element.';

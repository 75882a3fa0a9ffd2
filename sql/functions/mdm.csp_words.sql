-- SPDX-License-Identifier: ISC
-- Allowed values for a message, twenty at the most: 0 (Off), 1 (On).
create or replace function mdm.csp_words(in_allowed jsonb) returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select string_agg(concat(a.value->>'value',
           ' (' || left(nullif(regexp_replace(a.value->>'description', '\s+', ' ', 'g'), ''), 60) || ')'),
           ', ' order by a.ordinality) filter (where a.ordinality <= 20)
         || case when count(*) > 20 then ', ...' else '' end
    from jsonb_array_elements(in_allowed) with ordinality a;
$$;
comment on function mdm.csp_words is 'Allowed values, in words for a message.';

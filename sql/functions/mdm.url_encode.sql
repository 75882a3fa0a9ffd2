-- SPDX-License-Identifier: ISC
-- Text as a value in the query of a URL: all but what is unreserved escaped.
create or replace function mdm.url_encode(in_text text) returns text
language sql immutable strict
set search_path = pg_catalog, pg_temp
as $$
  select string_agg(
           case when c ~ '^[A-Za-z0-9._~-]$' then c
                else upper(regexp_replace(encode(convert_to(c, 'UTF8'), 'hex'),
                  '(..)', '%\1', 'g')) end, '' order by n)
    from regexp_split_to_table(in_text, '') with ordinality as t (c, n);
$$;
comment on function mdm.url_encode is
  'Text as a value in the query of a URL.';

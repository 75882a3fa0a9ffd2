-- SPDX-License-Identifier: ISC
-- The node that a LocURI names, for comparing: letter case, ./Device and a
-- query make no difference.
create or replace function mdm.uri_node(in_uri text) returns text
language plpgsql immutable strict
set search_path = pg_catalog, pg_temp
as $$
begin
  return regexp_replace(lower(split_part(btrim(in_uri), '?', 1)), '^\./device/', './');
end
$$;
comment on function mdm.uri_node is 'A LocURI as it is compared with others.';

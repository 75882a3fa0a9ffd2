-- SPDX-License-Identifier: ISC
-- The topmost node that is described and that a node, as uri_node has it, is
-- at or below; of several the longest.  Null when there is none.
create or replace function mdm.csp_root(in_node text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select r.root from mdm.csp_root r
   where r.root = any (array(
     select array_to_string((string_to_array(in_node, '/'))[1:n], '/')
       from generate_series(1, cardinality(string_to_array(in_node, '/'))) as n))
   order by length(r.root) desc limit 1;
$$;
comment on function mdm.csp_root is 'The topmost described node that a node is at or below.';

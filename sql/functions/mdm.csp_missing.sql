-- SPDX-License-Identifier: ISC
-- That a node has no child of a name, and which it has if they are few.
create or replace function mdm.csp_missing(in_above text, in_name text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select format('LocURI: there is no "%s" below %s', in_name, n.uri)
         || coalesce((select case when count(*) <= 12
              then ', only ' || string_agg(c.child, ', ' order by c.child) end
            from (select case when k.name = '' then regexp_replace(k.uri, '.*/', '')
                    else k.name end as child
                    from mdm.csp_node k
                   where k.root = n.root and starts_with(k.path, n.path || '/')
                     and strpos(substr(k.path, length(n.path) + 2), '/') = 0) c), '')
    from mdm.csp_node n where n.path = in_above;
$$;
comment on function mdm.csp_missing is 'That a node has no child of a name, and which it has.';

-- SPDX-License-Identifier: ISC
-- Take in a DDF file: what Microsoft says of the nodes of a configuration
-- service provider.  It takes the place of what was known of the same topmost
-- nodes, and of what a file of the same name brought.  Returns how many nodes
-- it describes.  MD400: what is wrong with the file; nothing changes.
create or replace function admin.csp_import(in_name text, in_ddf text) returns int
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_nodes mdm.csp_node[];
  v_gone  text[];
  v_roots int;
begin
  if in_name is null or in_name !~ '^[^[:cntrl:]/]{1,200}$' then
    raise exception 'name: must be 1 to 200 characters without "/"' using errcode = 'MD400';
  end if;
  -- Where a file describes a node twice, the first one counts.
  select array_agg(q.node) into v_nodes
    from (select distinct on ((n).path) n as node
            from (select n, row_number() over () as place from mdm.csp_parse(in_name, in_ddf) n) u
           order by (n).path, u.place) q;
  with gone as (
    delete from mdm.csp_root r
     where r.file = in_name or r.root in (select n.root from unnest(v_nodes) n)
    returning r.root)
  select array_agg(root) into v_gone from gone;
  delete from mdm.csp_node n where n.root = any (v_gone);
  insert into mdm.csp_root (root, uri, file, nodes)
  select n.root, min(n.uri) filter (where n.path = n.root), in_name, count(*)
    from unnest(v_nodes) n group by n.root;
  get diagnostics v_roots = row_count;
  insert into mdm.csp_node select (n).* from unnest(v_nodes) n;
  perform mdm.event_add(null, 'csp.imported', jsonb_build_object('file', in_name,
    'roots', v_roots, 'nodes', cardinality(v_nodes)));
  return cardinality(v_nodes);
end
$$;
comment on function admin.csp_import is
  'Take in a DDF file, in place of what was known of the same nodes; returns how many it describes.';

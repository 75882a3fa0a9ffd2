-- SPDX-License-Identifier: ISC
-- The described node that a LocURI names (csp_node.path).  MD404: there is
-- none; the message says how far the way went.
create or replace function admin.csp_find(in_uri text) returns text
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_node text := mdm.uri_node(rtrim(in_uri, '/'));
  v_root text := mdm.csp_root(v_node);
  v_find record;
begin
  if v_root is null then
    raise exception '%', coalesce(mdm.csp_scope_fault(v_node),
      format('no imported DDF file describes %s', in_uri)) using errcode = 'MD404';
  end if;
  select * into v_find from mdm.csp_find(v_node, v_root);
  if v_find.path is null then
    raise exception '%', mdm.csp_missing(v_find.above, v_find.missing) using errcode = 'MD404';
  end if;
  return v_find.path;
end
$$;
comment on function admin.csp_find is 'The described node that a LocURI names (csp_node.path).';

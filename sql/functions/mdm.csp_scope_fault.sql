-- SPDX-License-Identifier: ISC
-- Of a node below nothing that is described: that it is, for the other scope.
create or replace function mdm.csp_scope_fault(in_node text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user  boolean := in_node like './user/%';
  v_other text;
begin
  v_other := mdm.csp_root(case when v_user then './' || substr(in_node, 8)
    else './user/' || substr(in_node, 3) end);
  return (select format('scope: %s is there for %s, not for %s', r.uri,
            case when v_user then 'the device' else 'users' end,
            case when v_user then 'users' else 'the device' end)
            from mdm.csp_root r where r.root = v_other);
end
$$;
comment on function mdm.csp_scope_fault is 'Whether a node is described for the other scope alone.';

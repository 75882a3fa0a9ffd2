-- SPDX-License-Identifier: ISC
-- Walk down from a topmost node along the names of a LocURI, at each of them by
-- its name or as one that is not fixed.  Says which node it is; or, if there
-- is none, the last one above it and the name that is not below that.
create or replace function mdm.csp_find(in_node text, in_root text,
  out path text, out above text, out missing text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_paths text[] := array[in_root];
  v_names text[] := string_to_array(substr(in_node, length(in_root) + 2), '/');
  v_below text[];
  v_name  text;
begin
  foreach v_name in array v_names loop
    select array_agg(n.path order by n.path like '%/*', n.path) into v_below
      from mdm.csp_node n
     where n.path = any (array(select p || s from unnest(v_paths) p,
                                      unnest(array['/' || v_name, '/*']) s));
    if v_below is null then
      above := v_paths[1];
      missing := v_name;
      return;
    end if;
    v_paths := v_below;
  end loop;
  path := v_paths[1];
end
$$;
comment on function mdm.csp_find is 'The described node that a LocURI names.';

-- SPDX-License-Identifier: ISC
-- The nodes that a DDF file describes, with what they inherit.  The trees of a
-- file are flattened by keeping the way from the root to the node at hand.
-- MD400: what is wrong with the file of this name, and where.
create or replace function mdm.csp_parse(in_name text, in_ddf text)
returns setof mdm.csp_node
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_xml  xml := mdm.xml_document(in_ddf, in_name);
  v_way  mdm.csp_node[] := '{}';
  v_node mdm.csp_node;
  v_up   mdm.csp_node;
  r      record;
begin
  if not xpath_exists('/*[local-name()="MgmtTree"]', v_xml) then
    raise exception '%: the root element is %, not MgmtTree', in_name,
      (xpath('local-name(/*)', v_xml))[1] using errcode = 'MD400';
  elsif not xpath_exists('/*/*[local-name()="Node"]', v_xml) then
    raise exception '%: describes no node', in_name using errcode = 'MD400';
  end if;
  for r in select * from mdm.csp_rows(v_xml) x order by x.n loop
    v_up := case when r.depth > 0 then v_way[r.depth] end;
    if r.properties <> 1 then
      raise exception '%: node "%" below "%" has % DFProperties, not one', in_name, r.name,
        coalesce(v_up.uri, r.base), r.properties using errcode = 'MD400';
    elsif r.depth = 0 and (mdm.uri_fault(r.base || '/x') is not null or r.name = '') then
      raise exception '%: topmost node "%" has no good Path: "%"', in_name, r.name,
        r.base using errcode = 'MD400';
    elsif r.name ~ '[/?*[:space:][:cntrl:]]' then
      raise exception '%: "%" is no name of a node', in_name, r.name using errcode = 'MD400';
    end if;
    v_node := row(null, null, null, r.name, r.verbs, r.format, r.preset, r.title,
      r.description, r.occurrence, r.permanent, r.mime, r.naming,
      coalesce(r.os_builds, v_up.os_builds), coalesce(r.csp_version, v_up.csp_version),
      coalesce(r.editions, v_up.editions), r.entra or coalesce(v_up.entra, false),
      r.value_type, r.allowed, r.delimiter, r.admx, r.behaviour,
      r.atomic or coalesce(v_up.atomic, false), coalesce(r.deprecated, v_up.deprecated));
    v_node.uri := coalesce(v_up.uri, r.base) || '/' || case when r.name <> '' then r.name
      else '{' || coalesce(nullif(regexp_replace(r.title, '[^A-Za-z0-9._-]+', '', 'g'), ''), 'name') || '}' end;
    v_node.path := case when r.depth = 0 then mdm.uri_node(v_node.uri)
      else v_up.path || '/' || case when r.name = '' then '*' else lower(r.name) end end;
    v_node.root := coalesce(v_up.root, v_node.path);
    v_way := v_way[1:r.depth] || v_node;
    return next v_node;
  end loop;
end
$$;
comment on function mdm.csp_parse is 'The nodes that a DDF file describes.';

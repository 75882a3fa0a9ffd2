-- SPDX-License-Identifier: ISC
-- What the catalogue says is wrong with a command: existence, scope, access,
-- format, value or build of Windows; null when nothing is, or when nothing is
-- known of the node.  What holds variables has its value only at delivery.
create or replace function mdm.csp_fault(in_verb text, in_uri text, in_data text,
  in_format text, in_os_version text default null)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_way  text := mdm.uri_node(in_uri);
  v_root text := mdm.csp_root(v_way);
  v_node mdm.csp_node;
  v_find record;
  v_why  text;
begin
  if v_way like './%vendor/msft/policy/%/%~%' then
    return mdm.admx_fault(in_verb, v_way, in_data, in_format);
  elsif v_root is null then
    return mdm.csp_scope_fault(v_way);
  end if;
  select * into v_find from mdm.csp_find(v_way, v_root);
  if v_find.path is null then
    return mdm.csp_missing(v_find.above, v_find.missing);
  end if;
  select * into strict v_node from mdm.csp_node n where n.path = v_find.path;
  if in_verb <> all (v_node.verbs) then
    return format('verb: %s takes %s', v_node.uri, coalesce(
      nullif(array_to_string(v_node.verbs, ', '), ''), 'no command'));
  elsif mdm.csp_build_good(v_node.os_builds, in_os_version) is false then
    return format('OS build: %s needs %s, the device has %s', v_node.uri,
      array_to_string(v_node.os_builds, ' or '), in_os_version);
  elsif in_verb not in ('Add', 'Replace') then
    return null;
  elsif not mdm.csp_format_good(v_node.format, in_format) then
    return format('format: %s is %s, not %s', v_node.uri, v_node.format, in_format);
  elsif in_data is null or in_data like '%$(%' or v_node.value_type is null then
    return null;
  end if;
  v_why := mdm.csp_value_fault(v_node, in_data);
  return case when v_why is not null then format('data: %s: %s', v_node.uri, v_why) end;
end
$$;
comment on function mdm.csp_fault is
  'What the catalogue says is wrong with a command, beginning with scope, LocURI, verb, format, data or OS build; null when nothing.';

-- SPDX-License-Identifier: ISC
-- What is wrong with a command for a policy of an ADMX file, whose area begins
-- with an application's name and ~.  Null when nothing is, or when no file of
-- that application was imported.
create or replace function mdm.admx_fault(in_verb text, in_node text, in_data text,
  in_format text)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_area   text := substring(in_node from '/policy/(?:config|result)/([^/]+)');
  v_name   text := substring(in_node from '/policy/(?:config|result)/[^/]+/([^/]+)');
  v_policy mdm.admx_policy;
begin
  if not exists (select from mdm.admx a
      where lower(a.app || '~' || a.kind) = split_part(v_area, '~', 1) || '~' || split_part(v_area, '~', 2)) then
    return null;
  elsif not exists (select from mdm.admx_policy p where lower(p.area) = v_area) then
    return format('LocURI: there is no area %s in the imported ADMX files', v_area);
  elsif v_name is null then
    return null;
  end if;
  select * into v_policy from mdm.admx_policy p
   where lower(p.area) = v_area and lower(p.policy) = v_name
   limit 1;
  return case
    when not found then format('LocURI: there is no policy %s in the area %s', v_name, v_area)
    when in_node like './user/%' and v_policy.class = 'Machine'
      then format('scope: %s is there for the device, not for users', v_policy.policy)
    when in_node not like './user/%' and v_policy.class = 'User'
      then format('scope: %s is there for users, not for the device', v_policy.policy)
    when in_verb = 'Exec' then format('verb: %s takes Add, Delete, Get, Replace', v_policy.policy)
    when in_verb not in ('Add', 'Replace') then null
    when in_format <> 'chr' then format('format: %s is chr, not %s', v_policy.policy, in_format)
    when in_data like '%$(%' then null
    else 'data: ' || v_policy.policy || ': ' || mdm.admx_data_fault(in_data, v_policy.elements) end;
end
$$;
comment on function mdm.admx_fault is
  'What is wrong with a command for a policy of an ADMX file.';

-- SPDX-License-Identifier: ISC
-- The groups and Items of one SyncML command element, in document order, as
-- they go into mdm.part.  Elements are known by their local names.  MD400,
-- naming the rule, for what SyncML does not allow.
create or replace function mdm.syncml_parts(in_xml text)
returns table (part int, parent int, item int, verb text, uri text,
  format text, type text, data text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_xml   xml;
  v_root  text;
  v_group boolean;
  v_fault text;
begin
  if in_xml ~* '<!DOCTYPE' then
    raise exception 'syncml: must not have a DOCTYPE' using errcode = 'MD400';
  elsif octet_length(in_xml) > 8388608 then
    raise exception 'size: larger than 8 MiB' using errcode = 'MD400';
  end if;
  begin
    v_xml := xmlparse(document in_xml);
  exception when invalid_xml_document or invalid_xml_content then
    raise exception 'syncml: is not well-formed XML' using errcode = 'MD400';
  end;
  if v_xml is null then
    raise exception 'syncml: is missing' using errcode = 'MD400';
  end if;
  v_root := (select x.name from xmltable('/*' passing v_xml
    columns name text path 'local-name(.)') x);
  v_group := v_root in ('Atomic', 'Sequence');

  -- What stands where it may not.
  select case
      when v_root not in ('Atomic', 'Sequence', 'Add', 'Replace', 'Delete', 'Get', 'Exec')
        then 'verb: must be Add, Replace, Delete, Get, Exec, Atomic or Sequence'
      when x.name in ('CmdID', 'Meta', 'NoResp', 'Cred', 'Lang', 'Correlator') then null
      when v_group and v_root = 'Atomic' and x.name = 'Get' then 'Atomic: takes no Get'
      when v_group and x.name in ('Atomic', 'Sequence')
        then v_root || ': must not hold another group (' || x.name || ')'
      when v_group and x.name not in ('Add', 'Replace', 'Delete', 'Get', 'Exec')
        then v_root || ': must not hold ' || x.name
      when v_group and x.items = 0 then x.name || ': has no Item'
      when not v_group and x.name <> 'Item' then v_root || ': must not hold ' || x.name
    end into v_fault
    from xmltable('/*/*' passing v_xml columns n for ordinality,
           name text path 'local-name(.)',
           items int path 'count(*[local-name()="Item"])') x
   order by 1 nulls last
   limit 1;
  v_fault := coalesce(v_fault, case
    when v_root not in ('Atomic', 'Sequence', 'Add', 'Replace', 'Delete', 'Get', 'Exec')
      then 'verb: must be Add, Replace, Delete, Get, Exec, Atomic or Sequence'
    when v_group and not xpath_exists('/*/*/*[local-name()="Item"]', v_xml)
      then v_root || ': is empty'
    when not v_group and not xpath_exists('/*/*[local-name()="Item"]', v_xml)
      then v_root || ': has no Item'
    when xpath_exists('//*[local-name()="Item"]/*[local-name()!="Target"
        and local-name()!="Meta" and local-name()!="Data"]', v_xml)
      then 'Item: must hold only Target, Meta and Data'
    when xpath_exists('//*[local-name()="Item"][count(*[local-name()="Target"])>1
        or count(*[local-name()="Data"])>1 or count(*[local-name()="Meta"])>1]', v_xml)
      then 'Item: has an element twice'
    when xpath_exists('//*[local-name()="Data"]/*', v_xml)
      then 'data: must be text; write its markup as entities'
  end);
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD400';
  end if;

  -- Depth first is document order: the group, then Item after Item.
  return query
    select 1, 0, 0, v_root, null, null, null, null
     where v_group
     union all
    select (i.n + v_group::int)::int, v_group::int,
           (row_number() over (partition by i.before order by i.n))::int - 1,
           i.verb, btrim(i.uri, E' \t\r\n'),
           coalesce(nullif(btrim(i.own_format, E' \t\r\n'), ''),
             nullif(btrim(i.format, E' \t\r\n'), ''), 'chr'),
           coalesce(nullif(btrim(i.own_type, E' \t\r\n'), ''),
             nullif(btrim(i.type, E' \t\r\n'), ''), 'text/plain'),
           case when i.has_data then i.data end
      from xmltable((case when v_group
          then '/*/*[local-name()!="Meta"]/*[local-name()="Item"]'
          else '/*/*[local-name()="Item"]' end)
        passing v_xml columns n for ordinality,
        before int path 'count(../preceding-sibling::*)',
        verb text path 'local-name(..)',
        uri text path 'string(*[local-name()="Target"]/*[local-name()="LocURI"])',
        own_format text path 'string(*[local-name()="Meta"]/*[local-name()="Format"])',
        format text path 'string(../*[local-name()="Meta"]/*[local-name()="Format"])',
        own_type text path 'string(*[local-name()="Meta"]/*[local-name()="Type"])',
        type text path 'string(../*[local-name()="Meta"]/*[local-name()="Type"])',
        data text path 'string(*[local-name()="Data"])',
        has_data boolean path 'boolean(*[local-name()="Data"])') i
     order by 1;
end
$$;
comment on function mdm.syncml_parts is
  'The groups and Items of a SyncML command element, in document order.';

-- SPDX-License-Identifier: ISC
-- The Node elements of a DDF file in document order, with what stands in each.
create or replace function mdm.csp_rows(in_xml xml)
returns table (n bigint, depth int, name text, base text, properties int,
  verbs text[], format text, preset text, title text, description text,
  occurrence text, permanent boolean, mime text, naming text, os_builds text[],
  csp_version text, editions text[], entra boolean, value_type text,
  allowed jsonb, delimiter text, admx jsonb, behaviour jsonb, atomic boolean,
  deprecated text)
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select x.n, x.depth, btrim(x.name, E' \t\r\n'), btrim(x.base, E' \t\r\n'),
         x.properties,
         array_remove(array[
           case when x.may_add then 'Add' end, case when x.may_delete then 'Delete' end,
           case when x.may_exec then 'Exec' end, case when x.may_get then 'Get' end,
           case when x.may_replace then 'Replace' end], null),
         nullif(x.format, ''), x.preset, nullif(btrim(x.title, E' \t\r\n'), ''),
         nullif(btrim(x.description, E' \t\r\n'), ''), nullif(x.occurrence, ''),
         x.permanent, nullif(btrim(x.mime, E' \t\r\n'), ''),
         case x.naming when '' then null
           when 'ServerGeneratedUniqueIdentifier' then 'server'
           when 'ClientInventory' then 'client'
           else coalesce(nullif(btrim(x.naming_words, E' \t\r\n'), ''), 'server') end,
         nullif(regexp_split_to_array(btrim(x.os_builds, E' \t\r\n,;'), '[\s,;]+'), '{""}'),
         nullif(btrim(x.csp_version, E' \t\r\n'), ''),
         nullif(regexp_split_to_array(btrim(x.editions, E' \t\r\n,;'), '[\s,;]+'), '{""}'),
         x.entra, nullif(x.value_type, ''),
         case when x.value_type not in ('', 'None', 'ADMX') then mdm.csp_allowed(x.allowed) end,
         nullif(x.delimiter, ''),
         case when x.value_type = 'ADMX' then jsonb_build_object('area', x.admx_area,
           'name', x.admx_name, 'file', x.admx_file) end,
         jsonb_strip_nulls(jsonb_build_object(
           'replace', nullif(btrim(x.replaces, E' \t\r\n'), ''),
           'reboot', nullif(btrim(x.reboots, E' \t\r\n'), ''),
           'conflict', nullif(btrim(x.conflicts, E' \t\r\n'), ''),
           'group policy', nullif(concat_ws(': ', nullif(x.gp_path, ''),
             nullif(x.gp_name, ''), nullif(x.gp_element, '')), ''),
           'depends on', nullif(btrim(x.depends, E' \t\r\n'), ''))),
         x.atomic, x.deprecated
    from xmltable('//*[local-name()="Node"]' passing in_xml columns
      n for ordinality,
      depth int path 'count(ancestor::*[local-name()="Node"])',
      name text path 'string(*[local-name()="NodeName"])',
      base text path 'string(*[local-name()="Path"])',
      properties int path 'count(*[local-name()="DFProperties"])',
      may_add boolean path 'boolean(*[local-name()="DFProperties"]/*[local-name()="AccessType"]/*[local-name()="Add"])',
      may_delete boolean path 'boolean(*[local-name()="DFProperties"]/*[local-name()="AccessType"]/*[local-name()="Delete"])',
      may_exec boolean path 'boolean(*[local-name()="DFProperties"]/*[local-name()="AccessType"]/*[local-name()="Exec"])',
      may_get boolean path 'boolean(*[local-name()="DFProperties"]/*[local-name()="AccessType"]/*[local-name()="Get"])',
      may_replace boolean path 'boolean(*[local-name()="DFProperties"]/*[local-name()="AccessType"]/*[local-name()="Replace"])',
      format text path 'local-name(*[local-name()="DFProperties"]/*[local-name()="DFFormat"]/*)',
      preset text path '*[local-name()="DFProperties"]/*[local-name()="DefaultValue"]',
      title text path 'string(*[local-name()="DFProperties"]/*[local-name()="DFTitle"])',
      description text path 'string(*[local-name()="DFProperties"]/*[local-name()="Description"])',
      occurrence text path 'local-name(*[local-name()="DFProperties"]/*[local-name()="Occurrence"]/*)',
      permanent boolean path 'boolean(*[local-name()="DFProperties"]/*[local-name()="Scope"]/*[local-name()="Permanent"])',
      mime text path 'string(*[local-name()="DFProperties"]/*[local-name()="DFType"]/*[local-name()="MIME"])',
      naming text path 'local-name(*[local-name()="DFProperties"]/*[local-name()="DynamicNodeNaming"]/*)',
      naming_words text path 'string(*[local-name()="DFProperties"]/*[local-name()="DynamicNodeNaming"]/*)',
      os_builds text path 'string(*[local-name()="DFProperties"]/*[local-name()="Applicability"]/*[local-name()="OsBuildVersion"])',
      csp_version text path 'string(*[local-name()="DFProperties"]/*[local-name()="Applicability"]/*[local-name()="CspVersion"])',
      editions text path 'string(*[local-name()="DFProperties"]/*[local-name()="Applicability"]/*[local-name()="EditionAllowList"])',
      entra boolean path 'boolean(*[local-name()="DFProperties"]/*[local-name()="Applicability"]/*[local-name()="RequiresAzureAd"])',
      value_type text path 'string(*[local-name()="DFProperties"]/*[local-name()="AllowedValues"]/@ValueType)',
      allowed xml path '*[local-name()="DFProperties"]/*[local-name()="AllowedValues"]',
      delimiter text path 'string(*[local-name()="DFProperties"]/*[local-name()="AllowedValues"]/*[local-name()="List"]/@Delimiter)',
      admx_area text path '*[local-name()="DFProperties"]/*[local-name()="AllowedValues"]/*[local-name()="AdmxBacked"]/@Area',
      admx_name text path '*[local-name()="DFProperties"]/*[local-name()="AllowedValues"]/*[local-name()="AdmxBacked"]/@Name',
      admx_file text path '*[local-name()="DFProperties"]/*[local-name()="AllowedValues"]/*[local-name()="AdmxBacked"]/@File',
      replaces text path 'string(*[local-name()="DFProperties"]/*[local-name()="ReplaceBehavior"])',
      reboots text path 'string(*[local-name()="DFProperties"]/*[local-name()="RebootBehavior"])',
      conflicts text path 'string(*[local-name()="DFProperties"]/*[local-name()="ConflictResolution"])',
      gp_name text path 'string(*[local-name()="DFProperties"]/*[local-name()="GpMapping"]/@GpEnglishName)',
      gp_path text path 'string(*[local-name()="DFProperties"]/*[local-name()="GpMapping"]/@GpAreaPath)',
      gp_element text path 'string(*[local-name()="DFProperties"]/*[local-name()="GpMapping"]/@GpElement)',
      depends text path 'string(*[local-name()="DFProperties"]/*[local-name()="DependencyBehavior"]//*[local-name()="DependencyUri"])',
      atomic boolean path 'boolean(*[local-name()="DFProperties"]/*[local-name()="AtomicRequired"])',
      deprecated text path '*[local-name()="DFProperties"]/*[local-name()="Deprecated"]/@OsBuildDeprecated') x;
$$;
comment on function mdm.csp_rows is 'The Node elements of a DDF file in document order.';

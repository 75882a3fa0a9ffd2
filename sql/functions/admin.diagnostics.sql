-- SPDX-License-Identifier: ISC
-- Have a device collect diagnostics and send them: one zip file, which comes
-- to lie in the folder FENESTRA_UPLOADS of the management workers (see the
-- view upload).  Windows takes certain commands and folders only.  MD400: what
-- is wrong; MD404: no such device; MD409: it has left.
create or replace function admin.diagnostics(in_device uuid,
  in_events text[] default '{Application,System,Microsoft-Windows-DeviceManagement-Enterprise-Diagnostics-Provider/Admin}',
  in_commands text[] default '{%windir%\\system32\\ipconfig.exe /all,%windir%\\system32\\dsregcmd.exe /status,%windir%\\system32\\mdmdiagnosticstool.exe -out %ProgramData%\\temp\\}',
  in_folders text[] default '{%ProgramData%\\temp\\*.*}',
  in_registry text[] default '{HKLM\\Software\\Policies,HKLM\\Software\\Microsoft\\PolicyManager}')
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_action uuid := gen_random_uuid();
  v_xml    text;
begin
  if in_events || in_commands || in_folders || in_registry = '{}'
    or exists (select from unnest(in_events || in_commands || in_folders || in_registry) v
      where v is null or v = '' or length(v) > 1000) then
    raise exception 'diagnostics: say what to collect, each in 1 to 1000 characters'
      using errcode = 'MD400';
  end if;
  perform mdm.lock(in_device);
  v_xml := xmlelement(name "Collection",
    xmlelement(name "ID", gen_random_uuid()),
    xmlelement(name "SasUrl", mdm.upload_make(in_device, v_action)),
    (select xmlagg(xmlelement(name "RegistryKey", v) order by n)
       from unnest(in_registry) with ordinality as t (v, n)),
    (select xmlagg(xmlelement(name "FoldersFiles", v) order by n)
       from unnest(in_folders) with ordinality as t (v, n)),
    (select xmlagg(xmlelement(name "Command", v) order by n)
       from unnest(in_commands) with ordinality as t (v, n)),
    (select xmlagg(xmlelement(name "Events", v) order by n)
       from unnest(in_events) with ordinality as t (v, n)),
    xmlelement(name "OutputFileFormat", 'Flattened'))::text;
  return mdm.action_add(in_device, 'diagnostics', mdm.parts_make(null,
    jsonb_build_array(jsonb_build_array('Exec',
      './Device/Vendor/MSFT/DiagnosticLog/DiagnosticArchive/ArchiveDefinition',
      'chr', v_xml))), in_action => v_action);
end
$$;
comment on function admin.diagnostics is
  'Have a device collect diagnostics and send them; says the id of the action.';

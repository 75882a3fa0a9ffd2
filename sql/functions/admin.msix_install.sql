-- SPDX-License-Identifier: ISC
-- Install an MSIX or Appx package from in_uri, for all users or for the one
-- who enrolled, after its dependencies.  Its state is asked for at each
-- session, and its alert heard.  MD400: what is wrong with the package;
-- MD404: no such device; MD409: it has left.
create or replace function admin.msix_install(in_device uuid, in_package_family_name text,
  in_uri text, in_dependencies text[] default '{}',
  in_user boolean default false)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fault text;
  v_job   text;
  v_node  text;
begin
  v_fault := case
    when in_package_family_name is null
      or in_package_family_name !~ '^[A-Za-z0-9.-]{3,50}_[a-z0-9]{13}$'
      then 'package_family_name: must be Name_PublisherId'
    when in_uri is null or in_uri !~ '^(https?://|\\\\)[!-~]+$'
      then 'uri: must be an http or https URL or a UNC path'
    when in_dependencies is null or exists (select from unnest(in_dependencies) u
      where u is null or u !~ '^(https?://|\\\\)[!-~]+$')
      then 'dependencies: must be http or https URLs or UNC paths'
  end;
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD400';
  end if;
  v_job := xmlelement(name "Application", xmlattributes(in_uri as "PackageUri"),
    case when cardinality(in_dependencies) > 0 then
      xmlelement(name "Dependencies", (select xmlagg(xmlelement(
          name "Dependency", xmlattributes(u as "PackageUri")) order by n)
        from unnest(in_dependencies) with ordinality as t (u, n))) end)::text;
  v_node := './' || case when in_user then 'User' else 'Device' end
    || '/Vendor/MSFT/EnterpriseModernAppManagement/AppInstallation/'
    || in_package_family_name;
  return mdm.action_add(in_device, 'msix_install', mdm.parts_make('Sequence',
      jsonb_build_array(
        jsonb_build_array('Add', v_node, 'node', null),
        jsonb_build_array('Exec', v_node || '/HostedInstall', 'xml', v_job))),
    jsonb_build_object('package_family_name', in_package_family_name),
    array[v_node || '/Status', v_node || '/LastError']);
end
$$;
comment on function admin.msix_install is
  'Install an MSIX or Appx package on a device; says the id of the action.';

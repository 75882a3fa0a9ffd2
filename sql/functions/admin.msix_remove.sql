-- SPDX-License-Identifier: ISC
-- Remove an MSIX or Appx package; in_source: nonStore or AppStore.  MD400: no
-- such package; MD404: no such device; MD409: it has left.
create or replace function admin.msix_remove(in_device uuid, in_package_family_name text,
  in_source text default 'nonStore', in_user boolean default false)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if in_package_family_name is null
    or in_package_family_name !~ '^[A-Za-z0-9.-]{3,50}_[a-z0-9]{13}$' then
    raise exception 'package_family_name: must be Name_PublisherId' using errcode = 'MD400';
  elsif in_source is null or in_source not in ('nonStore', 'AppStore') then
    raise exception 'source: must be nonStore or AppStore' using errcode = 'MD400';
  end if;
  return mdm.action_add(in_device, 'msix_remove', mdm.parts_make(null,
      jsonb_build_array(jsonb_build_array('Delete',
        './' || case when in_user then 'User' else 'Device' end
        || '/Vendor/MSFT/EnterpriseModernAppManagement/AppManagement/'
        || in_source || '/' || in_package_family_name, 'chr', null))),
    jsonb_build_object('package_family_name', in_package_family_name));
end
$$;
comment on function admin.msix_remove is
  'Remove an MSIX or Appx package from a device; says the id of the action.';

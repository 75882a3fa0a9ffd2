-- SPDX-License-Identifier: ISC
-- The node of an MSI package, of the device or of its user.
create or replace function mdm.msi_node(in_product_code text, in_user boolean)
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return './' || case when in_user then 'User' else 'Device' end
    || '/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/'
    || mdm.url_encode(in_product_code);
end
$$;
comment on function mdm.msi_node is
  'The node of an MSI package, of the device or of its user.';

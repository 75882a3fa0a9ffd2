-- SPDX-License-Identifier: ISC
-- Upgrade the edition of Windows with a product key, which restarts the
-- device.  The key stands in no queue and no view: in_product_key is the
-- variable $(secret.NAME) that has it.  MD400: it is not; MD404: no such
-- device; MD409: it has left.
create or replace function admin.edition_upgrade(in_device uuid, in_product_key text)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform mdm.secret_check('product_key', in_product_key);
  return mdm.action_add(in_device, 'edition_upgrade', mdm.parts_make(null,
    jsonb_build_array(jsonb_build_array('Exec',
      './Device/Vendor/MSFT/WindowsLicensing/UpgradeEditionWithProductKey',
      'chr', in_product_key))));
end
$$;
comment on function admin.edition_upgrade is
  'Upgrade the edition of Windows of a device; says the id of the action.';

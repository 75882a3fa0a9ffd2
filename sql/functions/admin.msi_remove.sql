-- SPDX-License-Identifier: ISC
-- Uninstall an MSI package.  MD400: no such product code; MD404: no such
-- device; MD409: it has left.
create or replace function admin.msi_remove(in_device uuid, in_product_code text,
  in_user boolean default false)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if in_product_code is null
    or in_product_code !~* '^\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}$' then
    raise exception 'product_code: must be a GUID in braces' using errcode = 'MD400';
  end if;
  return mdm.action_add(in_device, 'msi_remove', mdm.parts_make(null,
      jsonb_build_array(jsonb_build_array('Delete',
        mdm.msi_node(in_product_code, in_user), 'chr', null))),
    jsonb_build_object('product_code', in_product_code));
end
$$;
comment on function admin.msi_remove is
  'Uninstall an MSI package from a device; says the id of the action.';

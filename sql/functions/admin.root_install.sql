-- SPDX-License-Identifier: ISC
-- Put a certificate (PEM) into a store of a device, as root_syncml has it.
-- MD404: no such device; MD409: it has left.
create or replace function admin.root_install(in_device uuid, in_certificate text,
  in_store text default 'Root')
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return mdm.action_add(in_device, 'root_install', mdm.parts_syncml(
    admin.root_syncml(in_certificate, in_store)),
    jsonb_build_object('store', in_store));
end
$$;
comment on function admin.root_install is
  'Put a certificate into a store of a device; says the id of the action.';

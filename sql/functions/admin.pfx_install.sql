-- SPDX-License-Identifier: ISC
-- Install a certificate with its key on a device, as pfx_syncml has it.
-- MD404: no such device; MD409: it has left.
create or replace function admin.pfx_install(in_device uuid, in_id text, in_pfx text,
  in_password text, in_location int default 3,
  in_exportable boolean default false, in_user boolean default false)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return mdm.action_add(in_device, 'pfx_install', mdm.parts_syncml(
    admin.pfx_syncml(in_id, in_pfx, in_password, in_location, in_exportable,
      in_user)),
    jsonb_build_object('id', in_id));
end
$$;
comment on function admin.pfx_install is
  'Install a certificate with its key from a PFX; says the id of the action.';

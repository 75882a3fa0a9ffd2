-- SPDX-License-Identifier: ISC
-- Have a device make new BitLocker recovery passwords.  They go to where the
-- BitLocker policy says, never here.  MD404: no such device; MD409: it has
-- left.
create or replace function admin.bitlocker_rotate(in_device uuid)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return mdm.action_add(in_device, 'bitlocker_rotate', mdm.parts_make(null,
      jsonb_build_array(jsonb_build_array('Exec',
        './Device/Vendor/MSFT/BitLocker/RotateRecoveryPasswords', 'chr',
        gen_random_uuid()))),
    in_nodes => '{./Device/Vendor/MSFT/BitLocker/Status/RotateRecoveryPasswordsStatus}');
end
$$;
comment on function admin.bitlocker_rotate is
  'Have a device make new BitLocker recovery passwords; says the id of the action.';

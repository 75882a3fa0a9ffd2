-- SPDX-License-Identifier: ISC
-- Have a device give its local administrator a new password.  It goes to
-- where the LAPS policy says, never here.  MD404: no such device; MD409: it
-- has left.
create or replace function admin.laps_rotate(in_device uuid)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return mdm.action_add(in_device, 'laps_rotate', mdm.parts_make(null,
      '[["Exec", "./Device/Vendor/MSFT/LAPS/Actions/ResetPassword", "null", null]]'),
    in_nodes => '{./Device/Vendor/MSFT/LAPS/Actions/ResetPasswordStatus}');
end
$$;
comment on function admin.laps_rotate is
  'Have a device give its local administrator a new password; says the id of the action.';

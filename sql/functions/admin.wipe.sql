-- SPDX-License-Identifier: ISC
-- Wipe a device when it comes next; in_variant is the node of RemoteWipe.
-- doWipe can be interrupted, and is then undone; doWipeProtected goes on
-- until it is done, and may leave a device that does not start.  Done when
-- the device enrolls anew, or is silent for wipe_silence hours; failed when
-- it comes again as it was.  MD400: no such variant, or no reason; MD404, MD409
-- as mdm.action_ask.
create or replace function admin.wipe(in_device uuid, in_variant text default 'doWipe',
  in_reason text default null)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if in_variant is null or in_variant not in ('doWipe', 'doWipeProtected',
    'doWipePersistProvisionedData', 'doWipePersistUserData', 'doWipeCloud',
    'doWipeCloudPersistUserData', 'doWipeCloudPersistProvisionedData') then
    raise exception 'variant: must be doWipe, doWipeProtected, doWipePersistProvisionedData, doWipePersistUserData, doWipeCloud, doWipeCloudPersistUserData or doWipeCloudPersistProvisionedData'
      using errcode = 'MD400';
  end if;
  return mdm.action_ask(in_device, 'wipe',
    './Device/Vendor/MSFT/RemoteWipe/' || in_variant, 'chr', null, in_reason,
    jsonb_build_object('variant', in_variant));
end
$$;
comment on function admin.wipe is
  'Wipe a device when it comes next; says the id of the action.';

-- SPDX-License-Identifier: ISC
-- Autopilot reset: Windows as new, still joined and enrolled.  MD400: no
-- reason; MD404, MD409 as mdm.action_ask.
create or replace function admin.autopilot_reset(in_device uuid,
  in_reason text default null)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return mdm.action_ask(in_device, 'autopilot_reset',
    './Device/Vendor/MSFT/RemoteWipe/AutomaticRedeployment/doAutomaticRedeployment',
    'chr', null, in_reason, in_nodes => array[
      './Device/Vendor/MSFT/RemoteWipe/AutomaticRedeployment/Status',
      './Device/Vendor/MSFT/RemoteWipe/AutomaticRedeployment/LastError']);
end
$$;
comment on function admin.autopilot_reset is
  'Reset a device for its next user, still joined and enrolled; says the id of the action.';

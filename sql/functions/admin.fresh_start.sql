-- SPDX-License-Identifier: ISC
-- Fresh start: Windows anew without what the manufacturer added, with the
-- users' data or without.  MD400: no reason; MD404, MD409 as mdm.action_ask.
create or replace function admin.fresh_start(in_device uuid,
  in_keep_user_data boolean default false, in_reason text default null)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return mdm.action_ask(in_device, 'fresh_start',
    './Device/Vendor/MSFT/CleanPC/' || case
      when in_keep_user_data then 'CleanPCRetainingUserData'
      else 'CleanPCWithoutRetainingUserData' end, 'null', null, in_reason,
    jsonb_build_object('keep_user_data', in_keep_user_data));
end
$$;
comment on function admin.fresh_start is
  'Set Windows up anew on a device, with the users'' data or without; says the id of the action.';

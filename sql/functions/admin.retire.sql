-- SPDX-License-Identifier: ISC
-- Unenroll a device when it comes next; from then on its certificates serve
-- no more.  in_now: at once and without telling it, for one that comes no
-- more.  MD400: no reason; MD404, MD409 as mdm.action_ask.
create or replace function admin.retire(in_device uuid, in_reason text default null,
  in_now boolean default false)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_provider text;
  v_action   uuid;
begin
  if in_now then
    v_action := mdm.action_ask(in_device, 'retire', null, null, null,
      in_reason, jsonb_build_object('now', true));
    perform mdm.action_release(in_device, v_action);
    return v_action;
  end if;
  select coalesce(s.value, s.preset) into strict v_provider
    from mdm.setting s where s.name = 'provider_id';
  return mdm.action_ask(in_device, 'retire',
    './Device/Vendor/MSFT/DMClient/Provider/' || v_provider || '/Unenroll',
    'chr', v_provider, in_reason);
end
$$;
comment on function admin.retire is
  'Unenroll a device when it comes next, or close it at once; says the id of the action.';

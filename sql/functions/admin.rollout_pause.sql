-- SPDX-License-Identifier: ISC
-- Reach no more devices with a roll-out until rollout_resume.  MD404: no such
-- roll-out; MD409: it is not running.
create or replace function admin.rollout_pause(in_name text,
  in_reason text default null)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rollout mdm.rollout := mdm.rollout_take(in_name, 'running');
begin
  update mdm.rollout r set state = 'paused', reason = left(in_reason, 1000)
   where r.rollout = v_rollout.rollout;
  perform mdm.event_add(null, 'rollout.paused', jsonb_build_object(
    'rollout', v_rollout.rollout, 'name', in_name,
    'reason', left(in_reason, 1000)));
end
$$;
comment on function admin.rollout_pause is
  'Reach no more devices with a roll-out until it is resumed.';

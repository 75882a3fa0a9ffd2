-- SPDX-License-Identifier: ISC
-- End a roll-out for good.  What of it is queued is cancelled when its device
-- next comes; what was sent or done stays.  MD404: no such roll-out; MD409: it
-- has ended.
create or replace function admin.rollout_abort(in_name text,
  in_reason text default null)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rollout mdm.rollout := mdm.rollout_take(in_name, 'running', 'paused', 'halted');
begin
  update mdm.rollout r
     set state = 'aborted', reason = left(in_reason, 1000), ended_at = now()
   where r.rollout = v_rollout.rollout;
  perform mdm.revision_raise();
  perform mdm.event_add(null, 'rollout.aborted', jsonb_build_object(
    'rollout', v_rollout.rollout, 'name', in_name,
    'reason', left(in_reason, 1000)));
end
$$;
comment on function admin.rollout_abort is 'End a roll-out for good.';

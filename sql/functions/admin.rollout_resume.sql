-- SPDX-License-Identifier: ISC
-- Go on with a roll-out that was paused or has halted.  What has failed so far
-- is excused: from now on it counts anew.  MD404: no such roll-out; MD409: it
-- is neither paused nor halted.
create or replace function admin.rollout_resume(in_name text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rollout mdm.rollout := mdm.rollout_take(in_name, 'paused', 'halted');
begin
  update mdm.rollout r
     set state = 'running', reason = null, wave_at = now(),
         excused_failed = n.failed, excused_finished = n.finished
    from (select count(*) filter (where d.state in ('failed', 'unknown')) as failed,
                 count(*) filter (where d.state <> 'open') as finished
            from mdm.rollout_device d
           where d.rollout = v_rollout.rollout) n
   where r.rollout = v_rollout.rollout;
  perform mdm.revision_raise();
  perform mdm.event_add(null, 'rollout.resumed', jsonb_build_object(
    'rollout', v_rollout.rollout, 'name', in_name));
end
$$;
comment on function admin.rollout_resume is
  'Go on with a roll-out that was paused or has halted.';

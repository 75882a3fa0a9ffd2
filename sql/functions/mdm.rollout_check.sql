-- SPDX-License-Identifier: ISC
-- A device has failed: halt its roll-out if these are too many.  The row's lock
-- makes those that fail at the same time see each other.  What was queued and
-- not sent waits: mdm.queue_due looks at the state.
create or replace function mdm.rollout_check(in_rollout uuid) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rollout  mdm.rollout;
  v_failed   bigint;
  v_finished bigint;
  v_reason   text;
begin
  select * into v_rollout from mdm.rollout r
   where r.rollout = in_rollout and r.state = 'running'
     for no key update;
  if not found then
    return;
  end if;
  select count(*) filter (where d.state in ('failed', 'unknown'))
           - v_rollout.excused_failed,
         count(*) filter (where d.state <> 'open') - v_rollout.excused_finished
    into v_failed, v_finished
    from mdm.rollout_device d where d.rollout = in_rollout;
  v_reason := case
    when v_failed >= v_rollout.halt_failures
      then format('%s devices failed', v_failed)
    when v_finished >= v_rollout.halt_after
      and v_failed * 100 > v_rollout.halt_percent * v_finished
      then format('%s of %s devices failed', v_failed, v_finished)
  end;
  if v_reason is not null then
    update mdm.rollout r set state = 'halted', reason = v_reason
     where r.rollout = in_rollout;
    perform mdm.event_add(null, 'rollout.halted', jsonb_build_object(
      'rollout', in_rollout, 'name', v_rollout.name, 'wave', v_rollout.wave,
      'reason', v_reason));
  end if;
end
$$;
comment on function mdm.rollout_check is
  'Halt a roll-out of which too many devices failed.';

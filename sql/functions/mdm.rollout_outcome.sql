-- SPDX-License-Identifier: ISC
-- Commands of roll-outs have ended on a device, whose lock is held.
create or replace function mdm.rollout_outcome(in_device uuid,
  in_rollouts uuid[], in_state text)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  update mdm.rollout_device d set state = in_state, changed_at = now()
   where d.device = in_device and d.rollout = any (in_rollouts);
  if in_state in ('failed', 'unknown') then
    perform mdm.rollout_check(r) from unnest(in_rollouts) r order by r;
  end if;
end
$$;
comment on function mdm.rollout_outcome is
  'Note how commands of roll-outs ended on a device.';

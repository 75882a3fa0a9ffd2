-- SPDX-License-Identifier: ISC
-- Begin the next wave of a roll-out, whose row is locked.
create or replace function mdm.rollout_wave(in_rollout mdm.rollout) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  update mdm.rollout r set wave = r.wave + 1, wave_at = now()
   where r.rollout = in_rollout.rollout;
  perform mdm.revision_raise();
  perform mdm.event_add(null, 'rollout.wave', jsonb_build_object(
    'rollout', in_rollout.rollout, 'name', in_rollout.name,
    'wave', in_rollout.wave + 1,
    'percent', in_rollout.waves[in_rollout.wave + 1]));
end
$$;
comment on function mdm.rollout_wave is 'Begin the next wave of a roll-out.';

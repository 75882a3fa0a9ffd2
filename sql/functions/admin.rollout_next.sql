-- SPDX-License-Identifier: ISC
-- Begin the next wave of a roll-out and say its percent.  MD404: no such
-- roll-out; MD409: it is not running, or this is its last wave.
create or replace function admin.rollout_next(in_name text) returns numeric
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rollout mdm.rollout := mdm.rollout_take(in_name, 'running');
begin
  if v_rollout.wave >= cardinality(v_rollout.waves) then
    raise exception 'the roll-out "%" is in its last wave', in_name
      using errcode = 'MD409';
  end if;
  perform mdm.rollout_wave(v_rollout);
  return v_rollout.waves[v_rollout.wave + 1];
end
$$;
comment on function admin.rollout_next is
  'Begin the next wave of a roll-out; says its percent.';

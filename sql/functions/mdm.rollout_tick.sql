-- SPDX-License-Identifier: ISC
-- What time does to roll-outs: the next wave begins where the present one has
-- lasted long enough and enough of its devices are through; what is over ends.
-- Safe at any time and twice at once: who holds a row is let be.
create or replace function mdm.rollout_tick() returns int
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rollout mdm.rollout;
  v_count   int := 0;
  v_go      boolean;
begin
  for v_rollout in
    select r.* from mdm.rollout r
     where r.state in ('running', 'paused', 'halted') and (r.ends_at <= now()
       or r.state = 'running' and r.wave < cardinality(r.waves)
         and r.wave_at + make_interval(mins => r.soak) <= now())
     order by r.rollout
       for no key update skip locked
  loop
    if v_rollout.ends_at <= now() then
      update mdm.rollout r set state = 'finished', ended_at = now()
       where r.rollout = v_rollout.rollout;
      perform mdm.event_add(null, 'rollout.finished', jsonb_build_object(
        'rollout', v_rollout.rollout, 'name', v_rollout.name));
      v_count := v_count + 1;
      continue;
    end if;
    select count(*) filter (where d.state <> 'open') > 0
       and count(*) filter (where d.state <> 'open') * 100
             >= v_rollout.advance_percent * count(*)
      into v_go
      from mdm.rollout_device d where d.rollout = v_rollout.rollout;
    if v_go then
      perform mdm.rollout_wave(v_rollout);
      v_count := v_count + 1;
    end if;
  end loop;
  return v_count;
end
$$;
comment on function mdm.rollout_tick is
  'Begin the waves that are due and end the roll-outs that are over; says how many.';

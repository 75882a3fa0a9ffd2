-- SPDX-License-Identifier: ISC
-- Begin a roll-out of a command whose parts are good: one row, however many
-- devices it is for.  MD400: it breaks a rule; MD409: the name is taken.
create or replace function mdm.rollout_add(in_name text, in_parts mdm.part[],
  in_group text, in_rule jsonb, in_waves numeric[], in_soak int,
  in_advance_percent numeric, in_halt_failures int, in_halt_percent numeric,
  in_halt_after int, in_priority int, in_ends_at timestamptz)
returns uuid
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rollout uuid := gen_random_uuid();
  v_fault   text := coalesce(
    mdm.rollout_fault(in_name, in_group, in_rule, in_waves, in_soak,
      in_advance_percent, in_halt_failures, in_halt_percent, in_halt_after),
    case when in_ends_at is null or in_ends_at <= now() or not isfinite(in_ends_at)
      then 'ends_at: must be a time to come' end,
    mdm.schedule_fault(in_priority, null, in_ends_at));
begin
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD400';
  end if;
  insert into mdm.rollout (rollout, name, parts, priority, device_group, rule,
    waves, soak, advance_percent, halt_failures, halt_percent, halt_after,
    ends_at)
  values (v_rollout, in_name, to_jsonb(in_parts), in_priority, in_group,
    in_rule, in_waves, in_soak, in_advance_percent, in_halt_failures,
    in_halt_percent, in_halt_after, in_ends_at)
  on conflict (name) do nothing;
  if not found then
    raise exception 'there is a roll-out "%" already', in_name
      using errcode = 'MD409';
  end if;
  perform mdm.revision_raise();
  perform mdm.event_add(null, 'rollout.started', jsonb_build_object(
    'rollout', v_rollout, 'name', in_name, 'verb', in_parts[1].verb,
    'uri', (select p.uri from unnest(in_parts) p where p.uri is not null
             order by p.part limit 1),
    'group', in_group, 'rule', in_rule, 'waves', in_waves, 'soak', in_soak,
    'halt_failures', in_halt_failures, 'halt_percent', in_halt_percent,
    'ends_at', in_ends_at));
  return v_rollout;
end
$$;
comment on function mdm.rollout_add is
  'Begin a roll-out of a command whose parts were checked; says its id.';

-- SPDX-License-Identifier: ISC
-- Compare a device, whose lock is held, with what it is to be, and queue the
-- difference: first what leaves, then what is new or changed, then the
-- questions.  Says when to be called again.
create or replace function mdm.reconcile(in_device uuid) returns timestamptz
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_acts    mdm.node_act[];
  v_kinds   text[];
  v_removed int := 0;
  v_steps   mdm.node_step[];
  v_set     int := 0;
begin
  if not exists (select from mdm.assignment) and not exists (select
    from mdm.node n where n.device = in_device) then
    return 'infinity';
  end if;
  v_acts := mdm.node_diff(in_device);
  if v_acts is not null then
    if mdm.node_cancel(in_device, v_acts) then
      v_acts := mdm.node_diff(in_device);
    end if;
    v_kinds := array(select distinct a.act from unnest(v_acts) a);
    if v_kinds && '{note,forget,keep,inapplicable}' then
      perform mdm.node_note(in_device, v_acts);
    end if;
    if 'remove' = any (v_kinds) then
      v_removed := mdm.node_remove(in_device, v_acts);
    end if;
    if v_kinds && '{set,read}' then
      v_steps := mdm.node_set(v_acts);
      v_steps := v_steps || mdm.node_read(in_device, v_acts, v_steps);
    end if;
    if v_steps is not null then
      perform mdm.node_begin(in_device, v_acts, v_steps,
        mdm.node_send(in_device, v_steps));
      v_set := (select count(*) from unnest(v_steps) s where s.kind = 'set');
    end if;
    if v_set + v_removed > 0 then
      perform mdm.event_add(in_device, 'profile.queued', jsonb_build_object(
        'set', nullif(v_set, 0), 'removed', nullif(v_removed, 0), 'profiles', (
          select jsonb_agg(distinct a.profile) from unnest(v_acts) a
           where a.act in ('set', 'remove'))));
    end if;
  end if;
  return mdm.node_due(in_device);
end
$$;
comment on function mdm.reconcile is
  'Queue the difference between a device and its desired state; says when to look again.';

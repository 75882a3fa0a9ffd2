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
  v_removed int;
  v_set     int;
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
    perform mdm.node_note(in_device, v_acts);
    v_removed := mdm.node_remove(in_device, v_acts);
    v_set := mdm.node_set(in_device, v_acts);
    perform mdm.node_read(in_device, v_acts);
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

-- SPDX-License-Identifier: ISC
-- Write down what takes no command.
create or replace function mdm.node_note(in_device uuid,
  in_acts mdm.node_act[])
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from mdm.node n
   using unnest(in_acts) a
   where a.act = 'forget' and n.device = in_device and n.node = a.node
     and n.exec = a.exec;
  update mdm.node n
     set state = 'cannot be removed', overrides = null, changed_at = now(),
         error = 'nothing takes it back'
    from unnest(in_acts) a
   where a.act = 'keep' and n.device = in_device and n.node = a.node
     and n.exec = a.exec;
  update mdm.node n
     set profile = a.profile, generation = a.generation,
         overrides = a.overrides, remove = a.remove,
         state = case n.state when 'cannot be removed' then 'applied' else n.state end,
         error = case n.state when 'cannot be removed' then null else n.error end
    from unnest(in_acts) a
   where a.act = 'note' and n.device = in_device and n.node = a.node
     and n.exec = a.exec;
  insert into mdm.node (device, node, exec, uri, profile, generation, want,
    overrides, state, error)
  select in_device, a.node, a.exec, a.uri, a.profile, a.generation, a.want,
         a.overrides, 'not applicable', 'the profile is not made for this device'
    from unnest(in_acts) a where a.act = 'inapplicable'
  on conflict (device, node, exec) do update
     set uri = excluded.uri, profile = excluded.profile,
         generation = excluded.generation, want = excluded.want,
         overrides = excluded.overrides, state = excluded.state,
         error = excluded.error, status = null, seq = null, retry_at = null,
         failures = 0, changed_at = excluded.changed_at;
end
$$;
comment on function mdm.node_note is
  'Write down what takes no command about the nodes of a device.';

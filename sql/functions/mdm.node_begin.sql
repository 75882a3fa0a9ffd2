-- SPDX-License-Identifier: ISC
-- Write down which command sets and which reads which node of a device.
create or replace function mdm.node_begin(in_device uuid,
  in_acts mdm.node_act[], in_steps mdm.node_step[], in_base bigint)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into mdm.node as n (device, node, exec, uri, profile, generation,
    want, overrides, remove, state, seq, record_seq, readable, read_seq, checked_at)
  select in_device, a.node, a.exec, a.uri, a.profile, a.generation, a.want,
         a.overrides, a.remove, 'pending', in_base + s.seq, in_base + r.seq,
         case when a.compare = 'none' then false end,
         in_base + g.seq, case when g.seq is not null then now() end
    from unnest(in_acts) a
    join unnest(in_steps) s
      on s.kind = 'set' and s.node = a.node and s.exec = a.exec
    left join unnest(in_steps) r
      on r.kind = 'record' and r.node = a.node and r.exec = a.exec
    left join unnest(in_steps) g
      on g.kind = 'read' and g.node = a.node and g.exec = a.exec
   where a.act = 'set'
  on conflict (device, node, exec) do update
     set uri = excluded.uri, profile = excluded.profile,
         generation = excluded.generation, want = excluded.want,
         overrides = excluded.overrides, remove = excluded.remove,
         state = excluded.state, seq = excluded.seq,
         record_seq = coalesce(excluded.record_seq, n.record_seq),
         status = null, error = null, retry_at = null,
         read_seq = excluded.read_seq,
         checked_at = coalesce(excluded.checked_at, n.checked_at),
         failures = case when (n.want, n.profile, n.generation)
             is not distinct from (excluded.want, excluded.profile,
               excluded.generation) then n.failures else 0 end,
         readable = case when n.want is not distinct from excluded.want
           then n.readable else excluded.readable end,
         proven = n.proven and n.want is not distinct from excluded.want,
         changed_at = excluded.changed_at;
  update mdm.node n
     set read_seq = in_base + g.seq, checked_at = now()
    from unnest(in_acts) a
    join unnest(in_steps) g
      on g.kind = 'read' and g.node = a.node and g.exec = a.exec
   where a.act = 'read' and n.device = in_device and n.node = a.node
     and n.exec = a.exec;
end
$$;
comment on function mdm.node_begin is
  'Write down which command sets and which reads which node of a device.';

-- SPDX-License-Identifier: ISC
-- Queue what takes nodes of a device back that nobody wants any longer: the
-- value before where it was recorded, else a Delete, of the node that stands
-- for the whole unless something below it is still wanted.  Says how many
-- nodes that are.
create or replace function mdm.node_remove(in_device uuid,
  in_acts mdm.node_act[])
returns int
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $body$
declare
  v_kept  text[];
  v_steps mdm.node_step[];
  v_base  bigint;
begin
  select array_agg(k.node) into v_kept
    from (select a.node from unnest(in_acts) a where a.act in ('set', 'read', 'note')
           union
          select n.node from mdm.node n
           where n.device = in_device and n.want is not null
             and n.state <> 'cannot be removed'
             and not exists (select from unnest(in_acts) a
               where a.node = n.node and a.exec = n.exec
                 and a.act in ('remove', 'forget', 'keep'))) k;
  with r as (
    select n.node, n.exec, n.profile,
           case when n.former_data is not null then n.uri
                when not t.kept then n.remove
                when not n.exec and not t.below then n.uri end as uri,
           n.former_format,
           -- What the device said is no template: it has no variables.
           replace(n.former_data, '$(', '$$(') as former_data
      from unnest(in_acts) a
      join mdm.node n
        on n.device = in_device and n.node = a.node and n.exec = a.exec
     cross join lateral (
       select bool_or(o = mdm.uri_node(n.remove)
                or starts_with(o, mdm.uri_node(n.remove) || '/')) as kept,
              bool_or(starts_with(o, n.node || '/')) as below
         from unnest(v_kept || array['']) o) t
     where a.act = 'remove'
  )
  select array_agg(row(s.seq, 'remove', s.node, s.exec, 0,
           case when s.former_data is null then 'Delete' else 'Replace' end,
           s.uri, coalesce(s.former_format, 'chr'), 'text/plain',
           s.former_data)::mdm.node_step) filter (where s.uri is not null)
    into v_steps
    from (select r.*, dense_rank() over (order by r.uri is null, r.profile, r.uri) as seq
            from r) s;
  -- What has to stay for now is looked at again with each change.
  update mdm.node n
     set state = 'leaving', want = null, overrides = null, seq = null,
         retry_at = null, error = 'something that is still wanted needs it'
    from unnest(in_acts) a
   where a.act = 'remove' and n.device = in_device and n.node = a.node
     and n.exec = a.exec and not exists (select from unnest(v_steps) s
       where s.node = a.node and s.exec = a.exec);
  if v_steps is null then
    return 0;
  end if;
  v_base := mdm.node_send(in_device, mdm.steps_distinct(v_steps));
  update mdm.node n
     set state = 'leaving', want = null, overrides = null, status = null,
         seq = v_base + s.seq, read_seq = null, retry_at = null, error = null,
         failures = case n.state when 'leaving' then n.failures else 0 end,
         changed_at = now()
    from unnest(v_steps) s
   where n.device = in_device and n.node = s.node and n.exec = s.exec;
  return cardinality(v_steps);
end
$body$;
comment on function mdm.node_remove is
  'Queue what takes nodes of a device back; says how many nodes that are.';

-- SPDX-License-Identifier: ISC
-- Queue the questions whether nodes of a device are what they are to be: of
-- those that are set, behind that, and of those whose time has come.
create or replace function mdm.node_read(in_device uuid,
  in_acts mdm.node_act[])
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_steps mdm.node_step[];
  v_base  bigint;
begin
  select array_agg(row(r.seq, 'read', r.node, r.exec, 0, 'Get', r.uri, 'chr',
           'text/plain', null)::mdm.node_step)
    into v_steps
    from (select a.node, a.exec, a.uri,
                 row_number() over (order by a.rank desc, a.profile, a.item) as seq
            from unnest(in_acts) a
            join mdm.node n
              on n.device = in_device and n.node = a.node and n.exec = a.exec
           where a.act in ('set', 'read') and a.compare <> 'none'
             and n.readable is distinct from false
             and mdm.verify_slot(in_device, now()) is not null) r;
  if v_steps is null then
    return;
  end if;
  v_base := mdm.node_send(in_device, v_steps);
  update mdm.node n
     set read_seq = v_base + s.seq, checked_at = now()
    from unnest(v_steps) s
   where n.device = in_device and n.node = s.node and n.exec = s.exec;
end
$$;
comment on function mdm.node_read is
  'Queue the questions whether nodes of a device are what they are to be.';

-- SPDX-License-Identifier: ISC
-- The steps that ask whether nodes of a device are what they are to be: of
-- those that are set, behind that, and of those whose time has come.
create or replace function mdm.node_read(in_device uuid,
  in_acts mdm.node_act[], in_steps mdm.node_step[])
returns mdm.node_step[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_seq bigint := (select coalesce(max(s.seq), 0) from unnest(in_steps) s);
begin
  if mdm.verify_slot(in_device, now()) is null then
    return null;
  end if;
  return (
    select array_agg(row(v_seq + r.seq, 'read', r.node, r.exec, 0, 'Get', r.uri,
             'chr', 'text/plain', null)::mdm.node_step)
      from (select a.node, a.exec, a.uri,
                   row_number() over (order by a.rank desc, a.profile, a.item) as seq
              from unnest(in_acts) a
              left join mdm.node n
                on n.device = in_device and n.node = a.node and n.exec = a.exec
             where a.act in ('set', 'read') and a.compare <> 'none'
               and (n.readable is distinct from false
                    or n.want is distinct from a.want)) r);
end
$$;
comment on function mdm.node_read is
  'The steps that ask whether nodes of a device are what they are to be.';

-- SPDX-License-Identifier: ISC
-- Cancel what is queued for nodes that are to be something else by now; says
-- whether there was anything.  What else was in an Atomic has to go again.
create or replace function mdm.node_cancel(in_device uuid,
  in_acts mdm.node_act[])
returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_seqs bigint[];
begin
  if not exists (select from mdm.command c
    where c.device = in_device and c.origin = 'profile') then
    return false;
  end if;
  with own as materialized (
    select n.seq, n.read_seq, n.record_seq
      from unnest(in_acts) a
      join mdm.node n on n.device = in_device and n.node = a.node and n.exec = a.exec
     where a.act in ('set', 'remove', 'forget', 'keep', 'inapplicable')
  ), with_others as (
    select o.seq, o.read_seq, o.record_seq from own o
     union
    select n.seq, n.read_seq, n.record_seq from mdm.node n
     where n.device = in_device and n.seq in (select o.seq from own o)
  )
  select array_agg(distinct c.seq) into v_seqs
    from with_others w
    join mdm.command c on c.device = in_device
     and c.seq in (w.seq, w.read_seq, w.record_seq)
     and c.state in ('queued', 'waiting');
  if v_seqs is null then
    return false;
  end if;
  update mdm.node n
     set seq = case when n.seq <> all (v_seqs) then n.seq end,
         read_seq = case when n.read_seq <> all (v_seqs) then n.read_seq end,
         record_seq = case when n.record_seq <> all (v_seqs) then n.record_seq end
   where n.device = in_device
     and (n.seq = any (v_seqs) or n.read_seq = any (v_seqs)
          or n.record_seq = any (v_seqs));
  perform mdm.command_end(in_device, v_seqs, 'cancelled', null,
    'another state is wanted');
  return true;
end
$$;
comment on function mdm.node_cancel is
  'Cancel what is queued for nodes that are to be something else by now.';

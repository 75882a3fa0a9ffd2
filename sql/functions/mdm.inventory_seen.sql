-- SPDX-License-Identifier: ISC
-- Answers to questions of the inventory have come from a device, whose lock is
-- held.  They go into the inventory and not among the results.  What stands
-- below a node that was asked for with ?list=StructData and was not brought by
-- the command goes, once its package is complete.
create or replace function mdm.inventory_seen(in_device uuid,
  in_seqs bigint[], in_uris text[], in_values text[])
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_most constant int := 20000;
  v_uris   text[];
  v_values text[];
  v_tree   record;
begin
  select array_agg(r.uri), array_agg(r.value) into v_uris, v_values
    from (select regexp_replace(u.uri, '^\./Device/', './', 'i') as uri, u.value
            from unnest(in_uris, in_values) with ordinality u (uri, value, n)
           where u.n <= v_most and strpos(u.uri, '?') = 0) r;
  perform mdm.device_clock(in_device, v_values[array_position(v_uris,
    './DevDetail/Ext/Microsoft/LocalTime')]);
  perform mdm.inventory_set(in_device, v_uris, v_values, true);

  for v_tree in
    select distinct s.seq,
           split_part(coalesce(p.uri, c.uri), '?', 1) || '/' as prefix,
           x.final and c.done_at is not null as whole
      from (select distinct unnest(in_seqs) as seq) s
     cross join lateral (select * from mdm.command_any a
       where a.device = in_device and a.seq = s.seq offset 0) c
      join mdm.session x on x.device = in_device
      left join mdm.part p on p.device = in_device and p.seq = s.seq
     where coalesce(p.uri, c.uri) like '%?list=StructData'
       and coalesce(p.status, c.status, 200) between 200 and 299
  loop
    update mdm.inventory i set seen_seq = v_tree.seq
     where i.device = in_device and i.uri = any (v_uris)
       and starts_with(i.uri, v_tree.prefix);
    if v_tree.whole then
      perform mdm.inventory_prune(in_device, v_tree.prefix, v_tree.seq);
    end if;
  end loop;
end
$$;
comment on function mdm.inventory_seen is
  'Take answers into the inventory of a device.';

-- SPDX-License-Identifier: ISC
-- The steps that set what is to be set, in the order of the profiles and their
-- items.  Where a profile is to be undone some day, the value before is asked
-- for first.
create or replace function mdm.node_set(in_acts mdm.node_act[])
returns mdm.node_step[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
  with s as materialized (
    select a.*, i.verb, i.format, i.type, i.data,
           a.atomic and count(*) over (partition by a.profile) > 1 as grouped,
           row_number() over (partition by a.profile order by a.item) as n
      from unnest(in_acts) a
      join mdm.profile_item i on i.profile = a.profile and i.item = a.item
     where a.act = 'set'
  ), k as (
    select dense_rank() over (order by t.rank desc, t.profile,
             case when t.grouped then 0 else t.item end, t.second,
             case when t.second = 0 then t.item end) as seq, t.*
      from (select s.*, 1 as second from s
             union all
            select s.*, 0 from s
             where s.record and s.verb in ('Add', 'Replace')
               and s.format not in ('node', 'null')) t
  )
  select array_agg(r.p order by q.seq, q.part)
    from (select k.seq, case k.second when 0 then 'record' else 'set' end as kind,
                 k.node, k.exec,
                 case when k.grouped and k.second = 1 then k.n + 1 else 0 end::int as part,
                 case k.second when 0 then 'Get' else k.verb end as verb, k.uri,
                 case k.second when 0 then 'chr' else k.format end as format,
                 case k.second when 0 then 'text/plain' else k.type end as type,
                 case k.second when 1 then k.data end as data
            from k
           union all
          select distinct k.seq, 'group', null, false, 1, 'Atomic', null, null,
                 null, null
            from k where k.grouped and k.second = 1) q,
         lateral (select row(q.*)::mdm.node_step as p) r);
end
$$;
comment on function mdm.node_set is
  'The steps that set what is to be set on a device.';

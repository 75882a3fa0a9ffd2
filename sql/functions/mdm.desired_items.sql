-- SPDX-License-Identifier: ISC
-- What a device is to be: for each node the item of the profile with the
-- highest priority, of the same the first by name.  overrides are those who
-- want something else.  Where applies is false, nobody does whose rule is
-- true of the device.
create or replace function mdm.desired_items(in_device uuid)
returns table (node text, exec boolean, uri text, profile text, item int,
  rank int, generation bigint, want bytea, overrides text[], atomic boolean,
  restore boolean, remove text, compare text, applies boolean)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  return query
  with fit as materialized (
    select g.name from mdm.group g
     where exists (select from mdm.assignment a where a.name = g.name)
       and (exists (select from mdm.group_member m
                     where m.device = in_device and m.name = g.name)
            or g.rule is not null and mdm.rule_fits(in_device, g.rule))
  ), chosen as materialized (
    select p.name, p.atomic, p.restore, p.generation,
           p.rule is null or mdm.rule_fits(in_device, p.rule) as applies,
           max(coalesce(a.priority, p.priority)) as rank
      from mdm.assignment a
      join fit f on f.name = a.name
      join mdm.profile p on p.name = a.profile
     group by p.name having not bool_or(a.exclude)
  ), placed as (
    select i.node, i.exec, i.uri, i.profile, i.item, i.want, i.remove,
           i.compare, c.rank, c.generation, c.atomic, c.restore, c.applies,
           row_number() over w as place, first_value(i.want) over w as won
      from chosen c
      join mdm.profile_item i on i.profile = c.name
    window w as (partition by i.node, i.exec
                 order by c.applies desc, c.rank desc, c.name)
  )
  select d.node, d.exec, d.uri, d.profile, d.item, d.rank, d.generation,
         d.want, d.losers, d.atomic, d.restore, d.remove, d.compare, d.applies
    from (select p.*, array_agg(p.profile)
                 filter (where p.applies and p.want <> p.won)
                 over (partition by p.node, p.exec) as losers
            from placed p) d
   where d.place = 1;
end
$$;
comment on function mdm.desired_items is
  'What a device is to be: one item for each node, after priorities.';

-- SPDX-License-Identifier: ISC
-- Which rule a command of several parts breaks; null when it is good.
create or replace function mdm.parts_fault(in_parts mdm.part[]) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_atomic boolean := in_parts[1].verb = 'Atomic';
  v_fault  text;
begin
  if cardinality(in_parts) > 1000 then
    return 'size: more than 1000 Items';
  end if;
  select mdm.command_fault(p.verb, p.uri, p.data, p.format, p.type)
    into v_fault
    from unnest(in_parts) p
   where p.verb not in ('Atomic', 'Sequence')
     and mdm.command_fault(p.verb, p.uri, p.data, p.format, p.type) is not null
   order by p.part
   limit 1;
  if v_fault is not null then
    return v_fault;
  elsif (select sum(mdm.command_size(coalesce(p.uri, ''), coalesce(p.type, ''),
           p.data)) > 1048576 from unnest(in_parts) p) then
    return 'size: larger than 1 MiB';
  elsif not v_atomic then
    return null;
  end if;

  if (select count(distinct p.uri ilike './user/%') > 1
        from unnest(in_parts) p where p.uri is not null) then
    return 'Atomic: mixes ./User with ./Device';
  end if;
  return (
    select 'Atomic: Add and then Replace of one node, ' || r.uri
      from unnest(in_parts) a
      join unnest(in_parts) r
        on r.part > a.part and mdm.uri_node(r.uri) = mdm.uri_node(a.uri)
     where a.verb = 'Add' and r.verb = 'Replace'
     order by r.part
     limit 1);
end
$$;
comment on function mdm.parts_fault is
  'Which rule a command of several parts breaks, beginning with its name; null when none.';

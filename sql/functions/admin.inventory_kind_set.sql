-- SPDX-License-Identifier: ISC
-- Have devices asked for some nodes every in_hours hours, under a name, or
-- change that whole.  ?list=StructData behind a node brings all below it, and
-- forgets what is below it no more.  in_enabled false: not for now.  It needs
-- the setting inventory to be on.  Says whether anything changed.  MD400: what
-- is wrong.
create or replace function admin.inventory_kind_set(in_name text,
  in_uris text[], in_hours int default 24, in_enabled boolean default true,
  in_description text default null)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fault text;
begin
  select case
    when in_name is null or in_name !~ '^[A-Za-z0-9._-]{1,64}$'
      then 'name: must be 1 to 64 of A-Z a-z 0-9 . _ -'
    when in_hours is null or in_hours not between 1 and 8760
      then 'hours: must be from 1 to 8760'
    when in_enabled is null then 'enabled: must be true or false'
    when length(in_description) > 1000
      then 'description: is longer than 1000 characters'
    when coalesce(cardinality(in_uris), 0) not between 1 and 500
      then 'uris: must be 1 to 500 nodes'
    else (select coalesce(mdm.uri_fault(u), case
            when u ilike './user/%' then 'uris: a node of the user'
            when u like '%?%' and u not like '%?list=StructData'
              then 'uris: takes no query but ?list=StructData'
            else 'uris: a node is there twice' end)
            from (select u, count(*) as n from unnest(in_uris) u group by u) u
           where mdm.uri_fault(u) is not null or u ilike './user/%' or u.n > 1
              or u like '%?%' and u not like '%?list=StructData'
           limit 1)
  end into v_fault;
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD400';
  end if;
  insert into mdm.inventory_kind as k (name, hours, uris, enabled,
    description)
  values (in_name, in_hours, in_uris, in_enabled, in_description)
  on conflict (name) do update
     set hours = excluded.hours, uris = excluded.uris,
         enabled = excluded.enabled, changed_at = excluded.changed_at,
         description = excluded.description
   where (k.hours, k.uris, k.enabled, k.description) is distinct from
     (excluded.hours, excluded.uris, excluded.enabled, excluded.description);
  if not found then
    return false;
  end if;
  perform mdm.revision_raise();
  perform mdm.event_add(null, 'inventory_kind.set', jsonb_build_object(
    'name', in_name, 'hours', in_hours, 'enabled', in_enabled,
    'uris', in_uris));
  return true;
end
$$;
comment on function admin.inventory_kind_set is
  'Have devices asked for some nodes from time to time; says whether anything changed.';

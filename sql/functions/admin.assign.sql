-- SPDX-License-Identifier: ISC
-- Assign a profile to the devices of a group or, with in_exclude, except them,
-- whatever other group they are in.  in_priority counts instead of the
-- profile's own.  Says whether anything changed.  MD404: no such profile or
-- group; MD400: the rule that is broken.
create or replace function admin.assign(in_profile text, in_group text,
  in_exclude boolean default false, in_priority int default null)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if in_exclude is null then
    raise exception 'exclude: must be true or false' using errcode = 'MD400';
  elsif in_priority not between -1000 and 1000 then
    raise exception 'priority: must be from -1000 to 1000' using errcode = 'MD400';
  elsif in_exclude and in_priority is not null then
    raise exception 'priority: an exclusion has none' using errcode = 'MD400';
  end if;
  perform mdm.desired_lock();
  if not exists (select from mdm.profile p where p.name = in_profile) then
    raise exception 'no profile "%"', in_profile using errcode = 'MD404';
  elsif not exists (select from mdm.group g where g.name = in_group) then
    raise exception 'no group "%"', in_group using errcode = 'MD404';
  end if;
  insert into mdm.assignment as a (profile, name, exclude, priority)
  values (in_profile, in_group, in_exclude, in_priority)
  on conflict (profile, name) do update
     set exclude = excluded.exclude, priority = excluded.priority
   where (a.exclude, a.priority) is distinct from (excluded.exclude, excluded.priority);
  if not found then
    return false;
  end if;
  perform mdm.revision_raise();
  perform mdm.event_add(null, 'profile.assigned', jsonb_build_object(
    'name', in_profile, 'group', in_group, 'exclude', in_exclude,
    'priority', in_priority));
  return true;
end
$$;
comment on function admin.assign is
  'Assign a profile to a group, or except a group from it; says whether anything changed.';

-- SPDX-License-Identifier: ISC
-- Take an assignment or an exclusion back; says whether there was one.
create or replace function admin.unassign(in_profile text, in_group text)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform mdm.desired_lock();
  delete from mdm.assignment a
   where a.profile = in_profile and a.name = in_group;
  if not found then
    return false;
  end if;
  perform mdm.revision_raise();
  perform mdm.event_add(null, 'profile.unassigned',
    jsonb_build_object('name', in_profile, 'group', in_group));
  return true;
end
$$;
comment on function admin.unassign is
  'Take an assignment or an exclusion back; says whether there was one.';

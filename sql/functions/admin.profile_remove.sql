-- SPDX-License-Identifier: ISC
-- Remove a profile with its assignments: what it set is taken back on each
-- device when that next comes.  MD404: no such profile.
create or replace function admin.profile_remove(in_name text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform mdm.desired_lock();
  delete from mdm.profile p where p.name = in_name;
  if not found then
    raise exception 'no profile "%"', in_name using errcode = 'MD404';
  end if;
  delete from mdm.profile_item i where i.profile = in_name;
  delete from mdm.assignment a where a.profile = in_name;
  perform mdm.revision_raise();
  perform mdm.event_add(null, 'profile.removed',
    jsonb_build_object('name', in_name));
end
$$;
comment on function admin.profile_remove is
  'Remove a profile; devices are rid of what it set when they next come.';

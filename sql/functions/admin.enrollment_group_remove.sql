-- SPDX-License-Identifier: ISC
-- Remove a group and its registrations.  MD404: no such group; MD409: a way
-- in or a token that is still good needs it.
create or replace function admin.enrollment_group_remove(in_name text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from mdm.way w where w.enrollment_group = in_name)
    or exists (select from mdm.token t where t.enrollment_group = in_name
                  and mdm.token_fault(t) is null) then
    raise exception 'a way in or a token needs the group "%"', in_name
      using errcode = 'MD409';
  end if;
  delete from mdm.enrollment_group g where g.name = in_name;
  if not found then
    raise exception 'no enrollment group "%"', in_name using errcode = 'MD404';
  end if;
  delete from mdm.registration r where r.enrollment_group = in_name;
  perform mdm.event_add(null, 'enrollment_group.removed',
    jsonb_build_object('name', in_name));
end
$$;
comment on function admin.enrollment_group_remove is
  'Remove a group that no way in and no good token needs.';

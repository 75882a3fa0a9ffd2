-- SPDX-License-Identifier: ISC
-- Remove a user; the user's devices stay.  MD404: no such user.
create or replace function admin.user_remove(in_upn text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from mdm.account a where a.name = lower(in_upn);
  if not found then
    raise exception 'no user "%"', in_upn using errcode = 'MD404';
  end if;
  perform mdm.event_add(null, 'user.removed', jsonb_build_object('upn', in_upn));
end
$$;
comment on function admin.user_remove is
  'Remove a user, who can enroll nothing more; the user''s devices stay.';

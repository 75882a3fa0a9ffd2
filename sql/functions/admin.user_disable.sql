-- SPDX-License-Identifier: ISC
-- A user may sign in no more until user_enable; devices and password stay.
-- MD404: no such user.
create or replace function admin.user_disable(in_upn text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update mdm.account a set enabled = false where a.name = lower(in_upn);
  if not found then
    raise exception 'no user "%"', in_upn using errcode = 'MD404';
  end if;
  perform mdm.event_add(null, 'user.disabled', jsonb_build_object('upn', in_upn));
end
$$;
comment on function admin.user_disable is
  'A user may sign in no more until user_enable; devices and password stay.';

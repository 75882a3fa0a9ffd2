-- SPDX-License-Identifier: ISC
-- A user whose hash is weaker than those made today has signed in: put one of
-- today in its place, unless the password was changed meanwhile.
create or replace function enrollment.password_rehash(in_upn text,
  in_old text, in_new text)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if in_new !~ '^\$(y|gy|7)\$[./0-9A-Za-z$]{20,255}$' then
    raise exception 'not a password hash' using errcode = 'MD400';
  end if;
  update mdm.account a set password_hash = in_new
   where a.name = lower(in_upn) and a.password_hash = in_old;
  if found then
    perform mdm.event_add(null, 'user.rehashed', jsonb_build_object('upn', in_upn));
    return true;
  end if;
  return false;
end
$$;
comment on function enrollment.password_rehash is
  'Replace the weak hash of a user who has just signed in.';

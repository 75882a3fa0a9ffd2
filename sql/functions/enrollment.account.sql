-- SPDX-License-Identifier: ISC
-- The account of a user, in any letter case; no row when there is none.
create or replace function enrollment.account(in_upn text)
returns table (upn text, password_hash text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select a.upn, a.password_hash
      from mdm.account a
     where a.name = lower(in_upn) and a.enabled;
end
$$;
comment on function enrollment.account is
  'UPN and password hash of an enabled account; the letter case does not matter.';

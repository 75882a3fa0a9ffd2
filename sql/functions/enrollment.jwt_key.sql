-- SPDX-License-Identifier: ISC
-- The public key of a kid; no row when there is none.
create or replace function enrollment.jwt_key(in_kid text)
returns table (kty text, n text, e text, x text, y text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select k.kty, k.n, k.e, k.x, k.y from mdm.jwk k where k.kid = in_kid;
end
$$;
comment on function enrollment.jwt_key is 'The public key of a kid.';

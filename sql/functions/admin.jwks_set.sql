-- SPDX-License-Identifier: ISC
-- Replace the public keys of who signs Entra's tokens by those of a JWK set
-- (RFC 7517 5), as the tenant's jwks_uri gives it: RSA, and EC on P-256, with
-- a kid; others are left out.  Returns how many there are.  MD400.
create or replace function admin.jwks_set(in_jwks jsonb) returns int
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count int;
begin
  if jsonb_typeof(in_jwks->'keys') is distinct from 'array' then
    raise exception 'jwks: must be {"keys": [...]}' using errcode = 'MD400';
  end if;
  delete from mdm.jwk;
  insert into mdm.jwk (kid, kty, n, e, x, y)
  select k.value->>'kid', k.value->>'kty', k.value->>'n', k.value->>'e',
         k.value->>'x', k.value->>'y'
    from jsonb_array_elements(in_jwks->'keys') as k (value)
   where k.value->>'kid' ~ '^[!-~]{1,255}$'
     and coalesce(k.value->>'use', 'sig') = 'sig'
     and (k.value->>'kty' = 'RSA' and k.value->>'n' ~ '^[A-Za-z0-9_-]+$'
          and length(k.value->>'n') between 342 and 1400
          and k.value->>'e' ~ '^[A-Za-z0-9_-]{1,8}$'
       or k.value->>'kty' = 'EC' and k.value->>'crv' = 'P-256'
          and k.value->>'x' ~ '^[A-Za-z0-9_-]{43}$'
          and k.value->>'y' ~ '^[A-Za-z0-9_-]{43}$')
  on conflict do nothing;
  get diagnostics v_count = row_count;
  perform mdm.event_add(null, 'jwks.set', jsonb_build_object('count', v_count,
    'kids', (select jsonb_agg(k.kid order by k.kid) from mdm.jwk k)));
  return v_count;
end
$$;
comment on function admin.jwks_set is
  'Replace the public keys of who signs the tokens of Entra ID; returns how many there are.';

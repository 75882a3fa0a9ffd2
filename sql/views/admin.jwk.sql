-- SPDX-License-Identifier: ISC
-- The public keys of who signs the tokens of Entra ID.
create or replace view admin.jwk as
select k.kid, k.kty
  from mdm.jwk k;
comment on view admin.jwk is 'The public keys of who signs the tokens of Entra ID.';
comment on column admin.jwk.kid is 'Its name, which a token must give.';
comment on column admin.jwk.kty is 'RSA for RS256, EC for ES256.';

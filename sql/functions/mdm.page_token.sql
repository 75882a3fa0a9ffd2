-- SPDX-License-Identifier: ISC
-- What the sign-in page gives a user for the device: good for ten minutes and
-- one enrollment, and stored as its hash alone.
create or replace function mdm.page_token(in_upn text) returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_token text := mdm.token_make();
begin
  perform mdm.page_prune();
  insert into mdm.token (sha256, credential, name, upn, uses, expires_at)
  values (sha256(convert_to(v_token, 'UTF8')), 'federated', 'sign-in page',
    in_upn, 1, now() + interval '10 minutes');
  return v_token;
end
$$;
comment on function mdm.page_token is
  'Make the token that the sign-in page gives a user for the device.';

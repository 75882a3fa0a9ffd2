-- SPDX-License-Identifier: ISC
-- A token by its SHA-256.  upn is null when there is none.  spent: why it
-- opens no new enrollment; an earlier request that it opened may come again.
-- wait: as of enrollment.sign_in.
create or replace function enrollment.token(in_sha256 bytea, in_source text)
returns table (upn text, credential text, spent text, wait int, waits_for text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_token    mdm.token;
  v_throttle record;
begin
  v_throttle := mdm.throttle_wait(null, in_source);
  wait := v_throttle.wait;
  waits_for := v_throttle.kind;
  select * into v_token from mdm.token t where t.sha256 = in_sha256;
  upn := v_token.upn;
  credential := v_token.credential;
  spent := mdm.token_refusal(v_token, in_source);
  return next;
end
$$;
comment on function enrollment.token is
  'Whose token it is, and why it opens no new enrollment.';

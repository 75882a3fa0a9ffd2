-- SPDX-License-Identifier: ISC
-- Why a token opens no new enrollment; null if it does.
create or replace function mdm.token_fault(in_token mdm.token) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when in_token.revoked_at is not null then 'the token was revoked'
    when in_token.expires_at <= now() then 'the token has expired'
    when in_token.used >= in_token.uses then 'the token was used up'
  end;
$$;
comment on function mdm.token_fault is
  'Why a token opens no new enrollment; null if it does.';

-- SPDX-License-Identifier: ISC
-- Why a token opens no new enrollment from this address; null if it does.
create or replace function mdm.token_refusal(in_token mdm.token, in_source text)
returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(mdm.token_fault(in_token),
    case when not mdm.network_matches(in_source, in_token.networks)
      then 'the token is for other networks' end);
$$;
comment on function mdm.token_refusal is
  'Why a token opens no new enrollment from an address; null if it does.';

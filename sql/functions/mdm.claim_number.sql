-- SPDX-License-Identifier: ISC
-- A claim that is a number; null for none, and for one of another type.
create or replace function mdm.claim_number(in_claims jsonb, in_name text)
returns numeric
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select case jsonb_typeof(in_claims->in_name) when 'number' then (in_claims->>in_name)::numeric end;
$$;
comment on function mdm.claim_number is
  'A claim that is a number; null for none, and for one of another type.';

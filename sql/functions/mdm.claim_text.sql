-- SPDX-License-Identifier: ISC
-- A claim that is a text; null for none, and for one of another type.
create or replace function mdm.claim_text(in_claims jsonb, in_name text)
returns text
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select case jsonb_typeof(in_claims->in_name) when 'string' then in_claims->>in_name end;
$$;
comment on function mdm.claim_text is
  'A claim that is a text; null for none, and for one of another type.';

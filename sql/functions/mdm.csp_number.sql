-- SPDX-License-Identifier: ISC
-- A whole number, written in decimal or as 0x...; null for other texts.
create or replace function mdm.csp_number(in_text text) returns numeric
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when btrim(in_text) ~ '^[+-]?[0-9]{1,30}$' then btrim(in_text)::numeric
    when btrim(in_text) ~* '^0x[0-9a-f]{1,16}$'
      then ('x' || lpad(substr(btrim(in_text), 3), 16, '0'))::bit(64)::bigint::numeric
  end;
$$;
comment on function mdm.csp_number is 'A whole number in decimal or hexadecimal; null for other texts.';

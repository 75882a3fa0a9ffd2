-- SPDX-License-Identifier: ISC
-- Whom the role says it acts for: its setting fenestra.operator.
create or replace function mdm.operator() returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return left(nullif(current_setting('fenestra.operator', true), ''), 128);
end
$$;
comment on function mdm.operator is 'Whom the role says it acts for; null: it does not say.';

-- SPDX-License-Identifier: ISC
-- The number of the newest migration, for the sender to compare.
create or replace function webhook.schema_version() returns int
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (select max(m.number) from mdm.migration m);
end
$$;
comment on function webhook.schema_version is
  'The number of the newest migration.';

-- SPDX-License-Identifier: ISC
-- Spread a new table over the nodes of Citus: by a column, or whole to every
-- node when none is named.  Does nothing where Citus is absent.
create or replace function mdm.distribute(in_table regclass,
  in_column text default null, in_colocate_with text default 'default')
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from pg_extension where extname = 'citus') then
    return;
  elsif in_column is null then
    execute 'select create_reference_table($1)' using in_table;
  else
    execute 'select create_distributed_table($1, $2, colocate_with => $3)'
      using in_table, in_column, in_colocate_with;
  end if;
end
$$;
comment on function mdm.distribute is
  'Called after each CREATE TABLE; a no-op without Citus.';

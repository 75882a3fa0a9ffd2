-- SPDX-License-Identifier: ISC
-- The migrations that this database has had.
create or replace view admin.migration as
select m.number, m.name, m.sha256, m.at
  from mdm.migration m;
comment on view admin.migration is
  'The migrations that this database has had; sql/migrate compares them with its files.';
comment on column admin.migration.number is 'Its number.';
comment on column admin.migration.name is 'The name of its file, without .sql.';
comment on column admin.migration.sha256 is 'SHA-256 of its file, in hexadecimal.';
comment on column admin.migration.at is 'When it was applied.';

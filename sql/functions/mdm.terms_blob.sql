-- SPDX-License-Identifier: ISC
-- What Windows keeps of the terms of use and gives back as EnrollmentData when
-- it enrolls: the version that holds, or none.  It proves nothing by itself.
create or replace function mdm.terms_blob() returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select coalesce((select t.version from mdm.terms t where t.current), 'none');
$$;
comment on function mdm.terms_blob is
  'What Windows keeps of the terms of use until it enrolls.';

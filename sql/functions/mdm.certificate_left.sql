-- SPDX-License-Identifier: ISC
-- Whether the certificate of an enrollment is closed because its device left.
create or replace function mdm.certificate_left(in_device uuid, in_enrollment int)
returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (select from mdm.certificate c
    where c.device = in_device and c.enrollment = in_enrollment
      and c.reason = 'unenrolled');
end
$$;
comment on function mdm.certificate_left is
  'Whether the certificate of an enrollment is closed because its device left.';

-- SPDX-License-Identifier: ISC
-- The certificate of a device that showed none: the last one issued to it.
create or replace function mdm.certificate_newest(in_device uuid) returns bytea
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (select c.sha256 from mdm.certificate c
           where c.device = in_device and c.content is not null
           order by c.enrollment desc, c.issued_at desc
           limit 1);
end
$$;
comment on function mdm.certificate_newest is
  'SHA-256 of the last certificate that was issued to a device.';

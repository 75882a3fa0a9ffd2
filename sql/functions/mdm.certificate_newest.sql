-- SPDX-License-Identifier: ISC
-- The certificate of a device that showed none: that of its last enrollment.
-- Of several the last that was seen: of a renewal nobody knows that it arrived.
create or replace function mdm.certificate_newest(in_device uuid) returns bytea
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (select c.sha256 from mdm.certificate c
           where c.device = in_device and c.content is not null
           order by c.enrollment desc, c.seen_at is null, c.generation desc,
                 c.issued_at desc
           limit 1);
end
$$;
comment on function mdm.certificate_newest is
  'SHA-256 of the certificate of a device that showed none.';

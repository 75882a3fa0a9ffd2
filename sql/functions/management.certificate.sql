-- SPDX-License-Identifier: ISC
-- The device that a certificate belongs to, whatever its state; or null.
create or replace function management.certificate(in_sha256 bytea) returns uuid
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (select k.device from mdm.device_key k
           where k.kind = 'certificate' and k.value = in_sha256);
end
$$;
comment on function management.certificate is
  'The device that a certificate belongs to, by its SHA-256; null when unknown.';

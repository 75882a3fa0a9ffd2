-- SPDX-License-Identifier: ISC
-- Revoke a certificate, named by its SHA-256 in hexadecimal (colons and
-- letter case do not matter).  Doing it again is no error.  MD400: not a
-- SHA-256; MD404: no such certificate.
create or replace function admin.certificate_revoke(in_sha256 text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_hex    text := lower(replace(in_sha256, ':', ''));
  v_sha256 bytea;
  v_device uuid;
  v_serial bytea;
begin
  if v_hex is null or v_hex !~ '^[0-9a-f]{64}$' then
    raise exception 'sha256: must be 64 hexadecimal digits' using errcode = 'MD400';
  end if;
  v_sha256 := decode(v_hex, 'hex');
  select k.device into v_device from mdm.device_key k
   where k.kind = 'certificate' and k.value = v_sha256;
  if not found then
    raise exception 'no certificate %', v_hex using errcode = 'MD404';
  end if;
  perform mdm.lock(v_device);
  update mdm.certificate c
     set state = 'revoked', reason = 'administrator', revoked_at = now()
   where c.device = v_device and c.sha256 = v_sha256 and c.state <> 'revoked'
  returning c.serial into v_serial;
  if found then
    perform mdm.event_add(v_device, 'certificate.revoked', jsonb_build_object(
      'serial', encode(v_serial, 'hex'), 'sha256', v_hex));
  end if;
end
$$;
comment on function admin.certificate_revoke is
  'Revoke a certificate by its SHA-256 fingerprint; its device is refused from then on.';

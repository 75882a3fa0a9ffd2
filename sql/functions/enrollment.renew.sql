-- SPDX-License-Identifier: ISC
-- Reserve the certificate that renews another one: as enrollment.reserve, for
-- a device that shows who it is by its certificate.  in_signer is the
-- certificate that signed the request, in_presented the one of its TLS
-- connection, both as SHA-256; null: none was shown, which does only where an
-- expired certificate may still be renewed.
--
-- What is refused is answered with the reason in refusal, so that the audit
-- trail keeps it; nothing else is then to be used but the device.  MD409: the
-- serial is taken.
create or replace function enrollment.renew(in_signer bytea,
  in_presented bytea, in_device_id text, in_request_sha256 bytea,
  in_public_key bytea, in_serial bytea, in_names text[],
  in_values text[],
  out device uuid, out serial bytea, out not_before bigint,
  out not_after bigint, out certificate bytea, out store text,
  out refusal text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_old mdm.certificate;
  v_new mdm.certificate;
begin
  select k.device into device from mdm.device_key k
   where k.kind = 'certificate' and k.value = coalesce(in_presented, in_signer);
  if not found then
    refusal := 'a certificate that is not in the database';
    return;
  end if;
  perform mdm.lock(device);
  select c.* into v_old from mdm.certificate c
   where c.device = renew.device and c.sha256 = in_signer;
  refusal := mdm.renewal_fault(device, v_old, in_presented, in_device_id);
  if refusal is null then
    select c.* into v_new from mdm.certificate c
     where c.device = renew.device and c.renews = v_old.serial
       and c.request_sha256 = in_request_sha256;
    if v_new.state = 'revoked' then
      refusal := 'the certificate of this request was revoked';
    elsif v_new.serial is null then
      refusal := mdm.renewal_early(device, v_old);
    end if;
  end if;
  if refusal is null and v_new.serial is null then
    v_new := mdm.renewal_add(v_old, in_request_sha256, in_public_key,
      in_serial, in_names, in_values);
    if v_new.serial is null then
      refusal := 'the public key is known already';
    end if;
  end if;
  if refusal is not null then
    perform mdm.renewal_refuse(device, refusal);
    return;
  end if;

  serial := v_new.serial;
  not_before := extract(epoch from v_new.not_before)::bigint;
  not_after := extract(epoch from v_new.not_after)::bigint;
  certificate := v_new.content;
  select coalesce(e.store,
           case e.enrollment_type when 'Device' then 'System' else 'User' end)
    into strict store
    from mdm.enrollment e
   where e.device = renew.device and e.number = v_new.enrollment;
end
$$;
comment on function enrollment.renew is
  'Reserve serial and validity of the certificate that renews another one; or say why it may not be.';

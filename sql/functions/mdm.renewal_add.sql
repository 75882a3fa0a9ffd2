-- SPDX-License-Identifier: ISC
-- Reserve the certificate that renews another one of a device whose lock is
-- held.  Null when the public key is known, of whatever certificate.  MD409:
-- the serial is taken.
create or replace function mdm.renewal_add(in_old mdm.certificate,
  in_request_sha256 bytea, in_public_key bytea, in_serial bytea,
  in_names text[], in_values text[])
returns mdm.certificate
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_new mdm.certificate;
begin
  insert into mdm.device_key (kind, value, device)
  values ('public_key', sha256(in_public_key), in_old.device)
  on conflict do nothing;
  if not found then
    return null;
  end if;
  insert into mdm.device_key (kind, value, device)
  values ('serial', in_serial, in_old.device)
  on conflict do nothing;
  if not found then
    raise exception 'the serial is taken' using errcode = 'MD409';
  end if;

  insert into mdm.certificate (device, serial, enrollment, generation, renews,
    request_sha256, public_key, not_before, not_after)
  select in_old.device, in_serial, in_old.enrollment,
         (select max(c.generation) + 1 from mdm.certificate c
           where c.device = in_old.device and c.enrollment = in_old.enrollment),
         in_old.serial, in_request_sha256, in_public_key,
         date_trunc('second', now())
           - make_interval(secs => coalesce(s.value, s.preset)::int),
         date_trunc('second', now()) + make_interval(secs => t.validity_seconds)
    from mdm.template t, mdm.setting s
   where t.active and s.name = 'certificate_backdate'
  returning * into strict v_new;
  perform mdm.device_describe(in_old.device, in_names, in_values);
  perform mdm.event_add(in_old.device, 'renewal.reserved', jsonb_build_object(
    'enrollment', v_new.enrollment, 'generation', v_new.generation,
    'serial', encode(in_serial, 'hex'), 'renews', encode(in_old.serial, 'hex')));
  return v_new;
end
$$;
comment on function mdm.renewal_add is
  'Reserve the certificate that renews another one; null when the key is known.';

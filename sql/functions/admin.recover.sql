-- SPDX-License-Identifier: ISC
-- Take a device back that the database does not know any more: in_certificate
-- is the SHA-256 of its certificate in hexadecimal (stranger.certificate).
-- Where the device itself is known, as when it renewed after the backup, it
-- only has one more certificate.  Otherwise it is made anew, for the user
-- in_upn; what it shares with the server for DM passwords is lost until it
-- renews or enrolls again.  MD404: nobody came with it; MD400: a new device
-- wants a user; MD409: it is no device's certificate, or the device was
-- blocked or has left, as far as this database knows.
create or replace function admin.recover(in_certificate text, in_upn text default null)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_stranger mdm.stranger;
  v_device   uuid;
  v_number   int;
begin
  select * into v_stranger from mdm.stranger s
   where encode(s.sha256, 'hex') = lower(in_certificate) and s.not_after > now()
     for update;
  if not found then
    raise exception 'nobody came with a certificate %', in_certificate
      using errcode = 'MD404';
  elsif v_stranger.name !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
    or v_stranger.device_id is null then
    raise exception 'the certificate % is no device''s, or its messages could not be read',
      in_certificate using errcode = 'MD409';
  end if;
  v_device := v_stranger.name::uuid;
  if exists (select from mdm.device d where d.device = v_device) then
    perform mdm.lock(v_device);
    if exists (select from mdm.device d where d.device = v_device
        and d.state not in ('enrolling', 'enrolled')) then
      raise exception 'the device was blocked or has left' using errcode = 'MD409';
    end if;
  else
    perform mdm.recover_device(v_device, v_stranger.device_id, in_upn,
      v_stranger.not_before);
  end if;

  select max(e.number) into strict v_number
    from mdm.enrollment e where e.device = v_device;
  insert into mdm.device_key (kind, value, device)
  values ('certificate', v_stranger.sha256, v_device),
         ('serial', v_stranger.serial, v_device);
  insert into mdm.certificate (device, serial, enrollment, state, not_before,
    not_after, sha256, sha1, content, issuer, issued_at, generation)
  values (v_device, v_stranger.serial, v_number, 'issued', v_stranger.not_before,
    v_stranger.not_after, v_stranger.sha256, v_stranger.sha1,
    v_stranger.content, v_stranger.issuer, v_stranger.not_before,
    (select coalesce(max(c.generation) + 1, 0) from mdm.certificate c
      where c.device = v_device and c.enrollment = v_number));
  update mdm.device d set enrolled_at = coalesce(d.enrolled_at, now())
   where d.device = v_device;
  delete from mdm.stranger s where s.sha256 = v_stranger.sha256;
  perform mdm.event_add(v_device, 'device.recovered', jsonb_build_object(
    'certificate', lower(in_certificate), 'upn', in_upn));
  return v_device;
end
$$;
comment on function admin.recover is
  'Take a device back that the database, restored from a backup, does not know any more.';

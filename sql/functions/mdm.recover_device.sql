-- SPDX-License-Identifier: ISC
-- Make the row of a device that is recovered, with an enrollment whose DM
-- passwords nobody knows.  MD400: no such user name; MD409: another device is
-- this user's with this DeviceID.
create or replace function mdm.recover_device(in_device uuid,
  in_device_id text, in_upn text, in_requested_at timestamptz)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id bytea := sha256(convert_to(lower(in_device_id), 'UTF8'));
begin
  if in_upn is null or in_upn !~ '^[^@[:space:][:cntrl:]]+@[^@[:space:][:cntrl:]]+$' then
    raise exception 'upn: the device is not known: whose is it?' using errcode = 'MD400';
  end if;
  insert into mdm.device_key (kind, value, device)
  values ('owner', sha256(convert_to(lower(in_upn), 'UTF8') || v_id), in_device)
  on conflict do nothing;
  if not found then
    raise exception '% has another device with the DeviceID %', in_upn, in_device_id
      using errcode = 'MD409';
  end if;
  insert into mdm.device_key (kind, value, device)
  values ('device_id', v_id, in_device)
  on conflict do nothing;
  insert into mdm.device (device, device_id, upn)
  values (in_device, in_device_id, in_upn);
  insert into mdm.counter (device) values (in_device);
  insert into mdm.session (device) values (in_device);
  insert into mdm.enrollment (device, number, upn, device_id, enrollment_type,
    request_sha256, public_key_sha256, auth_name, client_secret, server_secret,
    client_nonce, server_nonce, context, requested_at)
  select in_device, 1, in_upn, in_device_id, 'Full', h, h, 'recovered',
         gen_random_uuid()::text, gen_random_uuid()::text,
         uuid_send(gen_random_uuid()), uuid_send(gen_random_uuid()), '[]',
         in_requested_at
    from sha256(uuid_send(in_device)) h;
  insert into mdm.dm_account (device, enrollment, auth_type, client_nonce, server_nonce)
  select e.device, e.number, coalesce(s.value, s.preset), e.client_nonce,
         e.server_nonce
    from mdm.enrollment e, mdm.setting s
   where e.device = in_device and s.name = 'client_auth';
end
$$;
comment on function mdm.recover_device is
  'Make the row of a device that is recovered.';

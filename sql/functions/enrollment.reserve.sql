-- SPDX-License-Identifier: ISC
-- Fix everything about a certificate before it is signed.  The same request
-- of the same user gets the same reservation, however often and in parallel
-- it comes.  The DM passwords may be null: see enrollment.secrets.  MD409: the key or the serial is in use, or the certificate was
-- revoked.  MD403: the device is blocked.
create or replace function enrollment.reserve(in_upn text, in_device_id text,
  in_enrollment_type text, in_request_sha256 bytea,
  in_public_key bytea, in_serial bytea, in_auth_name text,
  in_client_secret text, in_server_secret text, in_client_nonce bytea,
  in_server_nonce bytea, in_names text[], in_values text[],
  out device uuid, out serial bytea, out not_before bigint,
  out not_after bigint, out certificate bytea, out auth_name text,
  out client_secret text, out server_secret text, out client_nonce bytea,
  out server_nonce bytea, out auth_type text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_number int;
  v_state  text;
begin
  if octet_length(in_device_id) not between 1 and 256 then
    raise exception 'the DeviceID has % octets', octet_length(in_device_id)
      using errcode = 'MD400';
  end if;
  device := mdm.enrollment_device(in_upn, in_device_id);

  select d.state into strict v_state from mdm.device d
   where d.device = reserve.device;
  if v_state = 'blocked' then
    raise exception 'device % is blocked', device using errcode = 'MD403';
  end if;

  select e.number into v_number from mdm.enrollment e
   where e.device = reserve.device and e.request_sha256 = in_request_sha256;
  if not found then
    v_number := mdm.enrollment_add(device, in_upn, in_device_id,
      in_enrollment_type, in_request_sha256, in_public_key, in_serial,
      in_auth_name, in_client_secret, in_server_secret, in_client_nonce,
      in_server_nonce, in_names, in_values);
    perform mdm.hardware_note(device, in_names, in_values);
  end if;

  select c.serial, c.state, c.content,
         extract(epoch from c.not_before)::bigint,
         extract(epoch from c.not_after)::bigint,
         e.auth_name, e.client_secret, e.server_secret, e.client_nonce,
         e.server_nonce, a.auth_type
    into strict serial, v_state, certificate, not_before, not_after,
         auth_name, client_secret, server_secret, client_nonce, server_nonce,
         auth_type
    from mdm.enrollment e
    join mdm.dm_account a
      on a.device = e.device and a.enrollment = e.number
    join mdm.certificate c
      on c.device = e.device and c.enrollment = e.number
   where e.device = reserve.device and e.number = v_number
   order by c.not_before
   limit 1;
  if v_state = 'revoked' then
    raise exception 'the certificate of this request was revoked'
      using errcode = 'MD409';
  end if;
end
$$;
comment on function enrollment.reserve is
  'Reserve device, serial, validity and secrets for a request; the same again for the same request.';

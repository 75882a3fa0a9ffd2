-- SPDX-License-Identifier: ISC
-- Record a new enrollment of a device whose lock is held, with its reserved
-- certificate.  MD409 when the public key or the serial is already known.
create or replace function mdm.enrollment_add(in_device uuid, in_upn text,
  in_device_id text, in_enrollment_type text, in_request_sha256 bytea,
  in_public_key bytea, in_serial bytea, in_auth_name text,
  in_client_secret text, in_server_secret text, in_client_nonce bytea,
  in_server_nonce bytea, in_names text[], in_values text[])
returns int
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_number  int;
  v_begin   timestamptz;
  v_context jsonb;
begin
  insert into mdm.device_key (kind, value, device)
  values ('public_key', sha256(in_public_key), in_device)
  on conflict do nothing;
  if not found then
    raise exception 'the public key belongs to another request'
      using errcode = 'MD409';
  end if;
  insert into mdm.device_key (kind, value, device)
  values ('serial', in_serial, in_device)
  on conflict do nothing;
  if not found then
    raise exception 'the serial is taken' using errcode = 'MD409';
  end if;

  select coalesce(max(e.number), 0) + 1 into v_number
    from mdm.enrollment e where e.device = in_device;
  select coalesce(jsonb_agg(
           jsonb_build_object('name', i.name, 'value', i.value) order by i.n), '[]')
    into v_context
    from unnest(in_names, in_values) with ordinality as i (name, value, n);
  insert into mdm.enrollment (device, number, upn, device_id,
    enrollment_type, request_sha256, public_key_sha256, auth_name,
    client_secret, server_secret, client_nonce, server_nonce, context)
  values (in_device, v_number, in_upn, in_device_id, in_enrollment_type,
    in_request_sha256, sha256(in_public_key), in_auth_name, in_client_secret,
    in_server_secret, in_client_nonce, in_server_nonce, v_context);
  insert into mdm.dm_account (device, enrollment, auth_type, client_nonce, server_nonce)
  select in_device, v_number, coalesce(s.value, s.preset), in_client_nonce,
         in_server_nonce
    from mdm.setting s where s.name = 'client_auth';

  select date_trunc('second', now()) - make_interval(secs =>
           coalesce(s.value, s.preset)::int)
    into strict v_begin
    from mdm.setting s where s.name = 'certificate_backdate';
  insert into mdm.certificate (device, serial, enrollment, not_before, not_after, public_key)
  select in_device, in_serial, v_number, v_begin,
         date_trunc('second', now()) + make_interval(secs => t.validity_seconds), in_public_key
    from mdm.template t where t.active;

  update mdm.device d
     set device_id = in_device_id,
         state = case when d.state = 'enrolled' then d.state else 'enrolling' end,
         name = coalesce(mdm.context_value(v_context, 'DeviceName'), d.name),
         os_version = coalesce(mdm.context_value(v_context, 'OSVersion'), d.os_version),
         manufacturer = coalesce(mdm.context_value(v_context, 'Manufacturer'), d.manufacturer),
         model = coalesce(mdm.context_value(v_context, 'DeviceModel'), d.model),
         serial_number = coalesce(mdm.context_value(v_context, 'SerialNumber'), d.serial_number)
   where d.device = in_device;
  perform mdm.event_add(in_device, 'enrollment.reserved', jsonb_build_object(
    'enrollment', v_number, 'upn', in_upn, 'device_id', in_device_id,
    'type', in_enrollment_type, 'serial', encode(in_serial, 'hex')));
  return v_number;
end
$$;
comment on function mdm.enrollment_add is
  'Record a new enrollment and reserve its certificate.';

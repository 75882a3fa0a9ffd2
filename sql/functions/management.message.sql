-- SPDX-License-Identifier: ISC
-- Take a message into the device's session: is it the next one, the first of
-- a new session, or the last one again?  Locks the session row, so that the
-- messages of one device follow each other.  MD403: not from a device in good
-- standing; MD400: out of order.
--
-- What it found is left for the other functions of the same transaction in
-- fenestra.message: new, repeated (they do nothing), or changed (something
-- durable was written, so the commit must be).
create or replace function management.message(in_device uuid,
  in_certificate bytea, in_source text, in_session text, in_msg bigint,
  in_sha256 bytea, in_login_status text, in_final boolean,
  out server_msg bigint, out repeated boolean)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_session mdm.session;
  v_state text;
  v_device_id text;
  v_serial bytea;
  v_standing text;
  v_reason text;
  v_not_before timestamptz;
  v_not_after timestamptz;
  v_seen boolean;
  v_fault text;
  v_message text;
begin
  -- Two statements, so that the second sees what a holder of the lock changed.
  select * into v_session from mdm.session s
   where s.device = in_device
     for no key update;
  select d.state, d.device_id, c.serial, c.state, c.reason, c.not_before,
         c.not_after, c.seen_at is not null
    into v_state, v_device_id, v_serial, v_standing, v_reason, v_not_before,
         v_not_after, v_seen
    from mdm.device d
    join mdm.certificate c on c.device = d.device
   where d.device = in_device and c.sha256 = in_certificate;

  -- A session id may be used again, so package 1 repeats for an hour only,
  -- and never across an enrollment.
  repeated := coalesce(v_seen and v_session.client_msg = in_msg
    and v_session.session_id = in_session
    and v_session.body_sha256 = in_sha256
    and (in_msg > 1 or v_session.seen_at > now() - interval '1 hour'), false);

  v_fault := case
    when v_standing is null then 'the certificate is not of this device'
    when repeated and v_state = 'unenrolled' and v_reason = 'unenrolled'
      then null -- the very message that unenrolled it
    when v_standing <> 'issued' then 'the certificate is ' || v_standing
    when now() < v_not_before then 'the certificate is not yet valid'
    when now() >= v_not_after then 'the certificate has expired'
    when v_state not in ('enrolling', 'enrolled') then 'the device is ' || v_state
    when lower(in_source) is distinct from lower(v_device_id)
      then 'Source is not the DeviceID of the certificate''s device'
  end;
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD403';
  end if;
  v_message := set_config('fenestra.message',
    case when repeated then 'repeated' else 'new' end, true);
  if repeated then
    server_msg := v_session.server_msg;
    return;
  end if;

  if in_msg = 1 then
    if v_session.delivered then
      perform mdm.session_abandon(in_device);
    end if;
    v_session.number := v_session.number + 1;
    v_session.server_msg := 0;
    v_session.started_at := now();
    v_session.login_status := null;
    v_session.delivered := false;
  elsif (v_seen and in_session = v_session.session_id
         and in_msg = v_session.client_msg + 1) is not true then
    raise exception 'expected message % of session % or a new session, got message % of session %',
      v_session.client_msg + 1, v_session.session_id, in_msg, in_session
      using errcode = 'MD400';
  end if;

  if not v_seen then
    perform mdm.certificate_seen(in_device, v_serial);
  end if;
  if v_state = 'enrolling' then
    update mdm.device d set state = 'enrolled' where d.device = in_device;
    perform mdm.event_add(in_device, 'device.enrolled');
    v_message := set_config('fenestra.message', 'changed', true);
  end if;

  server_msg := v_session.server_msg + 1;
  update mdm.session s
     set number = v_session.number,
         session_id = in_session,
         client_msg = in_msg,
         server_msg = message.server_msg,
         body_sha256 = in_sha256,
         login_status = coalesce(in_login_status, v_session.login_status),
         final = in_final,
         delivered = v_session.delivered,
         started_at = v_session.started_at,
         seen_at = now()
   where s.device = in_device;
end
$$;
comment on function management.message is
  'Take a message into the session of its device; says the answer''s MsgID and whether it is a repeat.';

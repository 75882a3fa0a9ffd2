-- SPDX-License-Identifier: ISC
-- management.message, whatever comes: a repeat, a first message, a fault,
-- credentials, another device_auth than the certificate.
create or replace function mdm.message_take(in_device uuid,
  in_certificate bytea, in_source text, in_session text, in_msg bigint,
  in_sha256 bytea, in_login_status text, in_final boolean,
  in_auth text, in_verified boolean,
  in_nonce bytea, in_next_nonce bytea,
  in_max_msg_size bigint, in_max_obj_size bigint,
  in_server_status int, in_server_auth text,
  in_server_nonce bytea)
returns mdm.answer
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_number     bigint;
  v_session_id text;
  v_client_msg bigint;
  v_server_msg bigint;
  v_sha256     bytea;
  v_first      bytea;
  v_before     bytea;
  v_final      boolean;
  v_delivered  boolean;
  v_lasts      boolean;
  v_late       boolean;
  v_special    boolean;
  v_state      text;
  v_device_id  text;
  v_enrollment int;
  v_standing   text;
  v_not_before timestamptz;
  v_not_after  timestamptz;
  v_seen       boolean;
  v_required   text;
  v_identity   text;
  v_proven     boolean;
  v_queued     boolean;
  v_limit      bigint;
  v_often      boolean;
  v_rate       int;
  v_due        boolean;
  v_new        boolean := in_msg = 1;
  v_next       boolean;
  v_repeated   boolean;
  v_fault      text;
  v_message    text;
  v_ended      boolean;
  v_object     boolean;
  v_refusal    mdm.refusal;
  v_more       mdm.session_more;
  v_answer     mdm.answer;
begin
  -- Two statements, so that the second sees what a holder of the lock changed.
  -- A session id may be used again, so package 1 repeats for an hour only, or
  -- less when nothing came of it.
  select s.number, s.session_id, s.client_msg, s.server_msg, s.body_sha256,
         s.first_sha256, s.before_sha256, s.final, s.delivered, s.special,
         r.device_auth, r.session_messages,
         r.session_rate > 0 and s.starts >= r.session_rate
           and s.starts_at > now() - interval '1 minute', r.session_rate,
         s.seen_at > now() - case when s.kept then interval '1 hour'
                                  else interval '5 minutes' end,
         s.seen_at > now() - interval '1 minute',
         s.revision < r.revision or s.due_at <= now()
    into v_number, v_session_id, v_client_msg, v_server_msg, v_sha256,
         v_first, v_before, v_final, v_delivered, v_special, v_required, v_limit,
         v_often, v_rate, v_lasts, v_late, v_due
    from mdm.session s, mdm.session_rule r
   where s.device = in_device and r.one = 1
     for no key update of s;
  select d.state, d.device_id, c.state, c.not_before, c.not_after,
         c.seen_at is not null, c.enrollment,
         exists (select from mdm.command q
           where q.device = in_device and q.state = 'queued')
    into v_state, v_device_id, v_standing, v_not_before, v_not_after, v_seen,
         v_enrollment, v_queued
    from mdm.device d
    join mdm.certificate c on c.device = d.device
   where d.device = in_device
     and c.sha256 = coalesce(in_certificate, mdm.certificate_newest(in_device));
  -- Whether mdm.session_more or mdm.refusal may have a say.
  v_special := v_special or v_required <> 'certificate' or in_auth is not null
    or in_certificate is null or in_max_msg_size is not null
    or in_max_obj_size is not null or in_server_status <> 200
    or in_server_nonce is not null;
  if v_special then
    select * into v_refusal from mdm.refusal r
     where r.device = in_device and r.session_id = in_session;
    select * into v_more from mdm.session_more m
     where m.device = in_device and m.number = v_number;
    v_identity := mdm.identity_fault(v_required, in_certificate is not null,
      in_auth, in_verified);
  end if;

  -- Never across an enrollment.  Without a certificate a repeat has to prove
  -- itself as its first did: the body's hash is no secret.
  v_next := coalesce(v_seen and v_session_id = in_session, false);
  v_proven := v_identity is null and (in_certificate is not null
    or coalesce(in_verified and (in_auth = 'basic'
         or in_nonce = v_more.accepted_nonce), false));
  v_repeated := v_next and v_client_msg = in_msg and v_sha256 = in_sha256
    and (in_msg > 1 or v_lasts) and v_proven;
  -- Message 1 of a session in which something is under way, or of the one
  -- before it, from a worker that was held up: if the device did begin anew,
  -- it will try again.
  v_late := v_late and in_msg = 1 and coalesce(
      v_next and v_client_msg > 1 and v_first = in_sha256
      or v_seen and v_before = in_sha256 and v_first <> in_sha256, false)
    and (not v_final or exists (select
      from mdm.command c where c.device = in_device and c.state = 'sent'));
  v_next := v_next and v_client_msg + 1 = in_msg;

  v_fault := case
    when v_standing is null then 'the certificate is not of this device'
    when v_standing <> 'issued' then 'the certificate is ' || v_standing
    when now() < v_not_before then 'the certificate is not yet valid'
    when now() >= v_not_after then 'the certificate has expired'
    when v_state not in ('enrolling', 'enrolled') then 'the device is ' || v_state
    when lower(in_source) is distinct from lower(v_device_id)
      then 'Source is not the DeviceID of the certificate''s device'
    else v_identity
  end;
  if v_fault is not null and not (v_repeated and v_state = 'unenrolled'
    and mdm.certificate_left(in_device, v_enrollment)) then
    raise exception '%', v_fault using errcode = 'MD403';
  end if;

  if v_repeated then
    v_message := set_config('fenestra.message', 'repeated', true);
    return mdm.answer_again(v_server_msg, v_more, v_enrollment);
  elsif v_special and v_refusal.client_msg = in_msg
    and v_refusal.body_sha256 = in_sha256
    and (in_msg > 1 or v_refusal.at > now() - interval '5 minutes')
    and (in_verified is not true or v_refusal.challenge is null) then
    v_message := set_config('fenestra.message', 'refused', true);
    return (v_refusal.server_msg, true, v_refusal.status, v_refusal.challenge,
      v_refusal.nonce, null, null, null, null, false)::mdm.answer;
  end if;

  if v_late then
    raise exception 'message 1 of session % again, expected message % of session %',
      in_session, v_client_msg + 1, v_session_id using errcode = 'MD400';
  elsif v_new then
    v_server_msg := 1;
  elsif v_special and in_msg = v_refusal.client_msg + 1
    and (v_next is not true or in_verified
      and (in_auth = 'basic' or in_nonce = v_refusal.nonce)) then
    v_server_msg := v_refusal.server_msg + 1;
    v_new := v_refusal.number is distinct from v_number;
    v_next := false;
  elsif v_next then
    v_server_msg := v_server_msg + 1;
  else
    raise exception 'expected message % of session % or a new session, got message % of session %',
      v_client_msg + 1, v_session_id, in_msg, in_session
      using errcode = 'MD400';
  end if;
  if v_more.ended and not v_new then
    raise exception 'session % is over after % messages', in_session,
      v_client_msg using errcode = 'MD400';
  end if;
  v_ended := v_server_msg >= v_limit;
  v_special := v_special or v_ended;
  v_object := in_final and not v_new and not v_ended
    and coalesce(v_more.object_in, false);

  v_message := set_config('fenestra.object',
    case when v_object then 'open' else '' end, true);
  v_message := set_config('fenestra.message',
    case when v_queued or v_object then 'new' else 'idle' end, true);
  if v_special then
    if in_msg = 1 or v_next then
      v_refusal := null; -- not what this message follows
    end if;
    if v_new then
      delete from mdm.chunk c where c.device = in_device;
      v_more := null;
    end if;
    v_more := mdm.authenticate(in_device, v_more, v_enrollment, v_refusal,
      v_required in ('digest', 'certificate-and-digest')
        or in_certificate is null,
      in_certificate is null, in_auth, in_verified, in_nonce, in_next_nonce);
    if v_more.status in (401, 407) then
      v_answer := (v_server_msg, false, v_more.status, v_more.challenge,
        v_more.nonce, null, null, null, null, false)::mdm.answer;
      perform mdm.refuse(in_device, in_session, in_msg, in_sha256, v_answer,
        case when not v_new then v_number end, v_refusal);
      return v_answer;
    end if;
  end if;

  if v_new then
    if v_often then
      raise exception 'the device begins more than % sessions a minute', v_rate
        using errcode = 'MD503';
    end if;
    if v_delivered then
      perform mdm.session_abandon(in_device);
    end if;
    v_number := v_number + 1;
  end if;
  if not v_seen then
    perform mdm.certificate_seen(in_device, c.serial) from mdm.certificate c
      where c.device = in_device
        and c.sha256 = coalesce(in_certificate, mdm.certificate_newest(in_device));
  end if;
  if v_state = 'enrolling' then
    update mdm.device d set state = 'enrolled' where d.device = in_device;
    perform mdm.event_add(in_device, 'device.enrolled');
    v_message := set_config('fenestra.message', 'changed', true);
  end if;
  if v_special then
    v_more.number := v_number;
    v_more.server_msg := v_server_msg;
    v_more.ended := v_ended;
    v_more.closed := v_more.closed or v_ended;
    v_more.max_msg_size := coalesce(in_max_msg_size, v_more.max_msg_size);
    v_more.max_obj_size := coalesce(in_max_obj_size, v_more.max_obj_size);
    v_more := mdm.server_challenged(v_more, v_enrollment, in_server_status,
      in_server_auth, in_server_nonce);
    perform mdm.session_more_set(v_more, in_session);
    v_special := not v_new or v_ended or v_required <> 'certificate'
      or num_nonnulls(v_more.max_msg_size, v_more.max_obj_size,
           v_more.accepted_at, v_more.challenge, v_more.server_wanted) > 0;
  end if;

  update mdm.session s
     set number = v_number,
         session_id = in_session,
         client_msg = in_msg,
         server_msg = v_server_msg,
         body_sha256 = in_sha256,
         first_sha256 = case when v_new then case in_msg when 1 then in_sha256 end
                        else s.first_sha256 end,
         before_sha256 = case when v_new then s.first_sha256 else s.before_sha256 end,
         login_status = coalesce(in_login_status,
           case when not v_new then s.login_status end),
         final = in_final,
         delivered = s.delivered and not v_new,
         started_at = case when v_new then now() else s.started_at end,
         starts = case when not v_new then s.starts
                  when s.starts_at > now() - interval '1 minute' then s.starts + 1
                  else 1 end,
         starts_at = case when not v_new or s.starts_at > now() - interval '1 minute'
           then s.starts_at else now() end,
         seen_at = now(),
         kept = null,
         special = v_special
   where s.device = in_device;
  if v_new and (v_due or not v_seen) then
    perform mdm.device_due(in_device);
  end if;
  if v_special then
    v_answer := mdm.answer_again(v_server_msg, v_more, v_enrollment);
    v_answer.repeated := false;
    return v_answer;
  end if;
  return (v_server_msg, false, 200, null, null, null, null, null, null, false)::mdm.answer;
end
$$;
comment on function mdm.message_take is
  'Take a message into the session of its device, also one that is out of the ordinary.';

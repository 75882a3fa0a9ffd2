-- SPDX-License-Identifier: ISC
-- Take a message into the device's session: is it the next one, the first of
-- a new session, or the last one again?  Locks the session row, so that the
-- messages of one device follow each other.  MD403: not from a device in good
-- standing; MD400: out of order; MD503: it begins too many sessions.  ended: the answer is the session's last, for
-- the setting session_messages has it so, and ends its package.
--
-- in_auth says what it came with besides the certificate: basic, md5 or hmac,
-- verified against in_nonce; signature: the certificate is not TLS's but that
-- of who signed the message.  Where the setting device_auth asks for a
-- password, status is 407 (none), 401 (wrong, or its nonce was used), 212
-- (good for the session) or 200; challenge and nonce are for the Chal.
-- in_server_status, _auth and _nonce are the device's Status of the server's
-- header with its Chal; server_auth and what follows is the credential that
-- the server must show in its answer.
--
-- A device that is due (mdm.device_due) when a session begins is looked after.
--
-- What it found is left for the other functions of the same transaction in
-- fenestra.message: idle (nothing is queued), new, changed (something durable
-- was written, so the commit must be), repeated or refused (they do nothing).
create or replace function management.message(in_device uuid,
  in_certificate bytea, in_source text, in_session text, in_msg bigint,
  in_sha256 bytea, in_login_status text, in_final boolean,
  in_auth text default null, in_verified boolean default null,
  in_nonce bytea default null, in_next_nonce bytea default null,
  in_max_msg_size bigint default null, in_max_obj_size bigint default null,
  in_server_status int default null, in_server_auth text default null,
  in_server_nonce bytea default null)
returns mdm.answer
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_server_msg bigint;
  v_delivered  boolean;
  v_due        boolean;
  v_queued     boolean;
  v_message    text;
begin
  -- The ordinary message of an ordinary device, in few and short steps: most
  -- messages are.  Two statements, so that the second sees what a holder of
  -- the lock changed; and none with four index scans, for each takes 27 kB and
  -- malloc gives more than 128 kB back to the kernel each time.  The key of
  -- mdm.session_rule tells the planner that it has one row: else it would
  -- plan anew for each message.
  select case
           when s.special or in_server_status <> 200
             or num_nonnulls(in_auth, in_max_msg_size, in_max_obj_size,
                  in_server_nonce) > 0
             or r.device_auth <> 'certificate' or in_msg >= r.session_messages
             or in_sha256 in (s.first_sha256, s.before_sha256) then null
           when in_msg = 1 and (r.session_rate = 0 or s.starts < r.session_rate
             or s.starts_at <= now() - interval '1 minute') then 1
           when in_msg > 1 and in_msg = s.client_msg + 1
             and in_session = s.session_id then s.server_msg + 1
         end, s.delivered and in_msg = 1,
         in_msg = 1 and (s.revision < r.revision or s.due_at <= now())
    into v_server_msg, v_delivered, v_due
    from mdm.session s, mdm.session_rule r
   where s.device = in_device and r.one = 1
     for no key update of s;
  select exists (select from mdm.command q
           where q.device = in_device and q.state = 'queued')
    into v_queued
    from mdm.device d
    join mdm.certificate c on c.device = d.device
   where v_server_msg is not null
     and d.device = in_device and d.state = 'enrolled'
     and lower(d.device_id) = lower(in_source)
     and c.sha256 = in_certificate and c.state = 'issued'
     and c.seen_at is not null
     and now() >= c.not_before and now() < c.not_after;
  if not found then
    return mdm.message_take(in_device, in_certificate, in_source, in_session,
      in_msg, in_sha256, in_login_status, in_final, in_auth, in_verified,
      in_nonce, in_next_nonce, in_max_msg_size, in_max_obj_size,
      in_server_status, in_server_auth, in_server_nonce);
  end if;

  v_message := set_config('fenestra.message',
    case when v_queued then 'new' else 'idle' end, true);
  if v_delivered then
    perform mdm.session_abandon(in_device);
  end if;
  update mdm.session s
     set number = case in_msg when 1 then s.number + 1 else s.number end,
         session_id = in_session,
         client_msg = in_msg,
         server_msg = v_server_msg,
         body_sha256 = in_sha256,
         first_sha256 = case in_msg when 1 then in_sha256 else s.first_sha256 end,
         before_sha256 = case in_msg when 1 then s.first_sha256 else s.before_sha256 end,
         login_status = case when in_login_status is null and in_msg > 1
           then s.login_status else in_login_status end,
         final = in_final,
         delivered = s.delivered and in_msg > 1,
         started_at = case in_msg when 1 then now() else s.started_at end,
         starts = case when in_msg > 1 then s.starts
                  when s.starts_at > now() - interval '1 minute' then s.starts + 1
                  else 1 end,
         starts_at = case when in_msg > 1 or s.starts_at > now() - interval '1 minute'
           then s.starts_at else now() end,
         seen_at = now(),
         kept = null
   where s.device = in_device;
  if v_due then
    perform mdm.device_due(in_device);
  end if;
  return (v_server_msg, false, 200, null, null, null, null, null, null, false)::mdm.answer;
end
$$;
comment on function management.message is
  'Take a message into the session of its device; says the answer''s MsgID, whether it is a repeat and the last, and what the answer''s header and Chal hold.';

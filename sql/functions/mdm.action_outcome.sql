-- SPDX-License-Identifier: ISC
-- What has become of an action that is running; nothing while it is not
-- known.  in_when says what is happening: a status was recorded (status),
-- all of a message was (end), or a session of the device begins (begin).
create or replace function mdm.action_outcome(in_action mdm.action,
  in_when text, out state text, out outcome text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_kind    mdm.action_kind;
  v_command record;
  v_value   text;
begin
  select * into strict v_kind
    from mdm.action_kind k where k.kind = in_action.kind;
  if in_action.command is null then
    if in_when = 'begin' and v_kind.follow = 'session' then
      state := 'done';
      outcome := 'the device came';
    end if;
    return;
  end if;
  select c.seq, c.state, c.status, c.error, c.uri, c.sent_at,
         coalesce(c.done_at, c.sent_at) as answered_at
    into v_command
    from mdm.command_any c
   where c.device = in_action.device and c.command = in_action.command;

  if not found then
    return;
  elsif v_command.state in ('cancelled', 'expired', 'failed')
    or v_command.state = 'unknown' and v_kind.follow <> 'wipe' then
    state := case v_command.state when 'expired' then 'failed'
      else v_command.state end;
    outcome := case v_command.state
      when 'cancelled' then 'was taken back'
      when 'expired' then 'the device did not take it in time'
      when 'unknown' then 'was sent, and the device never answered'
      else mdm.action_words(v_command.status, v_command.error) end;
  elsif v_command.state not in ('done', 'accepted', 'unknown') then
    return;
  elsif v_kind.follow = 'wipe' then
    if in_when = 'begin' and exists (select from mdm.enrollment e
      where e.device = in_action.device and e.requested_at > v_command.sent_at) then
      state := 'done';
      outcome := 'the device was wiped, and has enrolled anew';
    elsif in_when = 'begin' and now() > v_command.answered_at
        + make_interval(mins => mdm.setting_int('wipe_grace')) then
      state := 'failed';
      outcome := 'the device took it, and came again as it was';
    end if;
  elsif v_kind.follow = 'session' then
    if in_when = 'begin' then
      state := 'done';
      outcome := 'the device took it, and came again';
    end if;
  elsif v_kind.follow = 'leave' and v_command.state = 'done' then
    state := 'done';
    outcome := 'the device has left';
  elsif v_kind.follow = 'upload' and in_when = 'begin' and not exists (
    select from mdm.upload u where u.device = in_action.device
       and u.action = in_action.action and u.expires_at > now()) then
    state := 'failed';
    outcome := 'the device sent nothing in time';
  elsif v_kind.follow = 'status' and v_command.state = 'done' then
    state := 'done';
    outcome := mdm.action_words(v_command.status, null);
  elsif v_kind.follow = 'result' and in_when <> 'status' then
    select string_agg(format('%s %s', regexp_replace(r.uri, '^.*/', ''), r.data),
             ', ' order by r.uri) into v_value
      from mdm.result r
     where r.device = in_action.device and r.seq = v_command.seq
       and r.uri ~ '/(Latitude|Longitude|Accuracy|Age)$' and r.data <> '';
    state := case when v_value is null then 'failed' else 'done' end;
    outcome := coalesce(v_value, 'the device said nothing of it');
  elsif v_kind.follow = 'poll' and in_when <> 'status' then
    select p.state, p.outcome into state, outcome
      from mdm.action_polled(in_action, v_kind, v_command.uri) p;
  end if;
end
$$;
comment on function mdm.action_outcome is
  'What has become of an action that is running; null while it is not known.';

-- SPDX-License-Identifier: ISC
-- Ask for what cannot be undone: one Exec.  It is sent when the device comes
-- next and wipe_delay is over; or it is held, for a second person or because
-- there were too many within an hour, and with it all that were asked for in
-- this transaction.  MD400: no reason; MD404: no such device; MD409: it has
-- left, or another such act is on its way to it.
create or replace function mdm.action_ask(in_device uuid, in_kind text,
  in_uri text, in_format text, in_data text, in_reason text,
  in_detail jsonb default '{}', in_nodes text[] default '{}')
returns uuid
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_action uuid := gen_random_uuid();
  v_limit  int;
  v_count  bigint;
  v_held   text;
begin
  if length(btrim(coalesce(in_reason, ''))) < 3 or length(in_reason) > 1000 then
    raise exception 'reason: say in 3 to 1000 characters why' using errcode = 'MD400';
  end if;
  -- One after the other, and before any device's lock: so the count holds.
  select coalesce(s.value, s.preset)::int into strict v_limit
    from mdm.setting s where s.name = 'wipes_per_hour' for no key update;
  perform mdm.lock(in_device);
  perform from mdm.device d where d.device = in_device
     and d.state not in ('unenrolled', 'retired');
  if not found then
    raise exception 'device % has left', in_device using errcode = 'MD409';
  end if;
  perform from mdm.action a join mdm.action_kind k on k.kind = a.kind
   where a.device = in_device and a.state in ('held', 'waiting', 'running')
     and k.destructive;
  if found then
    raise exception 'device % is to be wiped, reset or retired already', in_device
      using errcode = 'MD409';
  end if;

  select count(*) into v_count from mdm.action a
   where a.released_at > now() - interval '1 hour';
  v_held := case
    when v_count >= v_limit then 'limit'
    when exists (select from mdm.setting s where s.name = 'second_person'
      and coalesce(s.value, s.preset) <> 'off') then 'second person'
  end;

  insert into mdm.action (device, action, kind, state, detail, reason,
    held_for, actor, operator, released_at, not_before, uri, format, data, nodes)
  values (in_device, v_action, in_kind,
    case when v_held is null then 'waiting' else 'held' end,
    jsonb_strip_nulls(in_detail), btrim(in_reason), v_held, session_user,
    mdm.operator(), case when v_held is null then now() end,
    now() + make_interval(mins => mdm.setting_int('wipe_delay')),
    in_uri, in_format, in_data, in_nodes);
  perform mdm.event_add(in_device, 'action.asked', jsonb_build_object(
    'action', v_action, 'kind', in_kind, 'reason', btrim(in_reason),
    'held', v_held) || in_detail);
  if v_held = 'limit' then
    perform mdm.action_hold(a.device, a.action) from mdm.action a
      where a.released_at = now() and a.asked_at = now()
        and a.actor = session_user and a.state = 'waiting';
  elsif v_held is null then
    update mdm.session s
       set due_at = least(s.due_at, now() + make_interval(mins => mdm.setting_int('wipe_delay')))
     where s.device = in_device;
  end if;
  return v_action;
end
$$;
comment on function mdm.action_ask is
  'Ask for what cannot be undone: it waits for its time, or is held; says its id.';

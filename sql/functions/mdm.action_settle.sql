-- SPDX-License-Identifier: ISC
-- End the actions whose end no message will tell: of a device that took a
-- wipe and was silent ever since, and those that are too old.  A timer calls
-- it, together with what removes old rows.  Says how many there were.
create or replace function mdm.action_settle() returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_action mdm.action;
  v_silent interval := make_interval(hours => mdm.setting_int('wipe_silence'));
  v_old    timestamptz := now() - make_interval(days => mdm.setting_int('action_expiry'));
  v_gone   boolean;
  v_count  bigint := 0;
begin
  for v_action in
    select a.* from mdm.action a
     where a.state in ('held', 'waiting', 'running')
       and (a.asked_at < v_old or a.kind = 'wipe' and a.state = 'running'
            or a.uri is null and a.state = 'waiting' and a.not_before <= now())
     order by a.device
  loop
    perform from mdm.session s where s.device = v_action.device
       for no key update skip locked;
    continue when not found or not mdm.counter_try(v_action.device);
    v_gone := v_action.kind = 'wipe' and exists (
      select from mdm.command_any c
        join mdm.session s on s.device = c.device
       where c.device = v_action.device and c.command = v_action.command
         and c.state in ('done', 'accepted', 'unknown')
         and greatest(s.seen_at, c.sent_at) < now() - v_silent);
    perform mdm.action_release(v_action.device, v_action.action);
    continue when not v_gone and v_action.asked_at >= v_old;
    perform from mdm.action a
     where a.device = v_action.device and a.action = v_action.action
       and a.state = v_action.state;
    continue when not found;
    perform mdm.action_end(v_action, case
        when v_gone then 'done'
        when v_action.state = 'running' then 'unknown' else 'cancelled' end,
      case when v_gone then 'the device took it, and was not heard of again'
        when v_action.state = 'running' then 'its end was never heard of'
        else 'nobody let it go in time' end);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function mdm.action_settle is
  'End the actions whose end no message will tell; says how many.';

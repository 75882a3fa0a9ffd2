-- SPDX-License-Identifier: ISC
-- What time makes due, for a timer to call: waves of roll-outs begin, actions
-- of which no message will tell end, commands expire, and what is older than the settings retain_* let it be is removed.
-- A call takes about in_rows rows of each kind, waits for nobody, and may be
-- killed: the next one goes on.  Of two at once the second does nothing.  One
-- row for each kind with how much was done; call again until that is 0.
create or replace function admin.maintain(in_rows int default 2000)
returns table (what text, done bigint)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_done jsonb;
begin
  if in_rows is null or in_rows not between 1 and 1000000 then
    raise exception 'rows: must be from 1 to 1000000' using errcode = 'MD400';
  elsif not mdm.counter_try('00000000-0000-0000-0000-000000000000') then
    -- Somebody is adding to the server's audit trail, perhaps one of these.
    return;
  end if;
  v_done := jsonb_build_object(
    'roll-out',          mdm.rollout_tick(),
    'action',            mdm.action_settle(),
    'expired',           mdm.retain_expired(in_rows),
    'command',           mdm.retain_commands(in_rows),
    'event',             mdm.retain_events(in_rows),
    'alert',             mdm.retain_alerts(in_rows),
    'inventory change',  mdm.retain_changes(in_rows),
    'webhook delivery',  mdm.retain_outbox(in_rows),
    'token',             mdm.retain_tokens(in_rows),
    'roll-out ended',    mdm.retain_rollouts(in_rows),
    'action ended',      mdm.retain_actions(in_rows),
    'upload',            mdm.retain_uploads(in_rows),
    'certificate',       mdm.retain_certificates(in_rows),
    'device',            mdm.retain_devices(in_rows));
  -- The others tell for themselves.
  if (v_done -> 'command')::int + (v_done -> 'alert')::int
      + (v_done -> 'inventory change')::int
      + (v_done -> 'webhook delivery')::int + (v_done -> 'roll-out ended')::int
      + (v_done -> 'action ended')::int + (v_done -> 'upload')::int
      + (v_done -> 'certificate')::int > 0 then
    perform mdm.event_add(null, 'history.forgotten', (
      select jsonb_object_agg(o.key, o.value) from jsonb_each(v_done) o
       where o.value <> '0' and o.key in ('command', 'alert',
         'inventory change', 'webhook delivery', 'roll-out ended', 'action ended', 'upload',
         'certificate')));
  end if;
  return query select o.key, o.value::bigint from jsonb_each_text(v_done) o;
end
$$;
comment on function admin.maintain is
  'Do what time makes due and remove what is old, a bounded piece at a time; says how much.';

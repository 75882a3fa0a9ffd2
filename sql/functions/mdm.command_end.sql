-- SPDX-License-Identifier: ISC
-- Move commands of a device to the history; says how many there were.
create or replace function mdm.command_end(in_device uuid, in_seqs bigint[],
  in_state text, in_status int default null, in_error text default null)
returns int
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count     int;
  v_action    boolean;
  v_rollouts  uuid[];
  v_profile   boolean;
  v_inventory boolean;
begin
  with ended as (
    delete from mdm.command c
     where c.device = in_device and c.seq = any (in_seqs)
    returning c.*
  ), history as (
    insert into mdm.command_done (device, seq, command, verb, uri, format,
      type, data, state, cancel_requested, attempts, status, error, queued_at,
      sent_at, parts, instead, retries, priority, not_before, expires_at,
      origin, rollout, waited)
    select e.device, e.seq, e.command, e.verb, e.uri, e.format, e.type,
           e.data, in_state, e.cancel_requested, e.attempts,
           coalesce(in_status, e.status), coalesce(in_error, e.error),
           e.queued_at, e.sent_at, e.parts, e.instead, e.retries, e.priority,
           e.not_before, e.expires_at, e.origin, e.rollout, e.waited
      from ended e
    returning rollout, origin
  )
  select count(*), array_agg(h.rollout) filter (where h.rollout is not null),
         bool_or(h.origin = 'profile'), bool_or(h.origin = 'action'),
         bool_or(h.origin = 'inventory')
    into v_count, v_rollouts, v_profile, v_action, v_inventory
    from history h;
  if v_action then
    perform set_config('fenestra.action', 'ended', true);
    perform mdm.action_step(in_device, 'status');
  end if;
  if v_rollouts is not null then
    perform mdm.rollout_outcome(in_device, v_rollouts, in_state);
  end if;
  if v_profile then
    perform mdm.node_outcome(in_device, in_seqs, in_state, in_status, in_error);
  end if;
  if v_inventory then
    perform mdm.inventory_outcome(in_device, in_seqs, in_state, in_status);
  end if;
  return v_count;
end
$$;
comment on function mdm.command_end is
  'Move commands of a device from the queue to the history.';

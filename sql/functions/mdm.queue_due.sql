-- SPDX-License-Identifier: ISC
-- Look through the queue of a device, whose lock is held: what has to wait
-- for its time, a maintenance window or its roll-out, and what has waited
-- long enough.  Gets change nothing and wait for no window, nor does what is
-- urgent.  Says when to look again.
create or replace function mdm.queue_due(in_device uuid) returns timestamptz
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_window  record;
  v_aborted bigint[];
begin
  perform mdm.command_expire(in_device);
  select array_agg(c.seq order by c.seq) into v_aborted
    from mdm.command c
    join mdm.rollout r on r.rollout = c.rollout and r.state = 'aborted'
   where c.device = in_device and c.state in ('queued', 'waiting');
  if v_aborted is not null then
    perform mdm.command_end(in_device, v_aborted, 'cancelled');
    perform set_config('fenestra.message', 'changed', true);
  end if;
  select * into v_window from mdm.window_state(in_device, now());
  update mdm.command c
     set state = case when w.reason is null then 'queued' else 'waiting' end,
         waits_for = w.reason, waited = true
    from (select q.seq, case
            when q.chunk_start is not null then null
            when r.state in ('paused', 'halted') then 'roll-out'
            when q.not_before > now() then 'time'
            when not v_window.open and q.priority < 9 and q.verb <> 'Get'
              then 'window'
          end as reason
          from mdm.command q
          left join mdm.rollout r on r.rollout = q.rollout
         where q.device = in_device and q.state in ('queued', 'waiting')) w
   where c.device = in_device and c.seq = w.seq
     and c.waits_for is distinct from w.reason;
  if found then
    perform set_config('fenestra.message', 'changed', true);
  end if;
  return (select coalesce(min(least(c.expires_at, case c.waits_for
                   when 'time' then c.not_before
                   when 'window' then v_window.change_at end)), 'infinity')
            from mdm.command c
           where c.device = in_device and c.state = 'waiting');
end
$$;
comment on function mdm.queue_due is
  'Let commands of a device wait or go, as their time has come; says when to look again.';

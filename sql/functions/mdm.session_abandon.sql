-- SPDX-License-Identifier: ISC
-- The session of a device, whose lock is held, ended without an answer to
-- some commands: queue them again, or end those that must not be tried again
-- and those that were sent in vain too often, the last time alone.
create or replace function mdm.session_abandon(in_device uuid) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_limit     int;
  v_sent      bigint;
  v_unknown   bigint[];
  v_cancelled bigint[];
  v_poison    bigint[];
  v_partly    bigint[];
begin
  select coalesce(s.value, s.preset)::int into strict v_limit
    from mdm.setting s where s.name = 'delivery_attempts';
  select count(*), array_agg(c.seq) filter (where c.once),
         array_agg(c.seq) filter (where c.cancel_requested and not c.once),
         array_agg(c.seq) filter (where c.unanswered >= v_limit
           and not c.partly and not c.cancel_requested and not c.once),
         coalesce(array_agg(c.seq) filter (where c.partly), '{}')
    into v_sent, v_unknown, v_cancelled, v_poison, v_partly
    from (select c.*, c.parts > 0 and exists (select from mdm.part p
                   where p.device = c.device and p.seq = c.seq
                     and not p.ended and p.status is not null) as partly
            from mdm.command c
           where c.device = in_device and c.state = 'sent') c;
  if v_sent = 0 then
    return;
  end if;
  if v_unknown is not null then
    perform mdm.command_end(in_device, v_unknown, 'unknown');
    perform mdm.event_add(in_device, 'command.unknown',
      jsonb_build_object('seq', v_unknown));
  end if;
  if v_cancelled is not null then
    perform mdm.command_end(in_device, v_cancelled, 'cancelled');
  end if;
  if v_poison is not null then
    perform mdm.command_end(in_device, v_poison, 'failed', null, 'quarantined');
    perform mdm.event_add(in_device, 'command.quarantined',
      jsonb_build_object('seq', v_poison));
  end if;

  update mdm.command c
     set state = 'queued', chunk_start = null, chunk_length = null,
         unanswered = case when c.seq = any (v_partly) then 0
                      else c.unanswered + 1 end
   where c.device = in_device and c.state = 'sent';
  -- An Atomic is sent again as a whole, of others what was not answered.
  update mdm.part p
     set ended = c.verb <> 'Atomic' and p.verb <> 'Sequence'
           and mdm.outcome(p.status, p.verb, p.instead)
               not in ('accepted', 'retry', 'instead'),
         status = case when c.verb <> 'Atomic' and p.verb <> 'Sequence'
           and mdm.outcome(p.status, p.verb, p.instead)
               not in ('retry', 'instead') then p.status end
    from mdm.command c
   where c.device = in_device and c.seq = any (v_partly)
     and p.device = in_device and p.seq = c.seq and not p.ended
     and p.status is not null;
  perform set_config('fenestra.message', 'changed', true);
end
$$;
comment on function mdm.session_abandon is
  'Queue again what the last session sent and the device never answered.';

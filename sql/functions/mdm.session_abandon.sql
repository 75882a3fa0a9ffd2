-- SPDX-License-Identifier: ISC
-- The session of a device, whose lock is held, ended without an answer to
-- some commands: queue them again, or end those that must not be tried again.
create or replace function mdm.session_abandon(in_device uuid) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_unknown   bigint[];
  v_cancelled bigint[];
begin
  select array_agg(c.seq) filter (where c.once),
         array_agg(c.seq) filter (where c.cancel_requested and not c.once)
    into v_unknown, v_cancelled
    from mdm.command c
   where c.device = in_device and c.state = 'sent';
  if v_unknown is not null then
    perform mdm.command_end(in_device, v_unknown, 'unknown');
    perform mdm.event_add(in_device, 'command.unknown',
      jsonb_build_object('seq', v_unknown));
  end if;
  if v_cancelled is not null then
    perform mdm.command_end(in_device, v_cancelled, 'cancelled');
  end if;
  update mdm.command c set state = 'queued'
   where c.device = in_device and c.state = 'sent';
  perform set_config('fenestra.message', 'changed', true);
end
$$;
comment on function mdm.session_abandon is
  'Queue again what the last session sent and the device never answered.';

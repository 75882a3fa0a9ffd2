-- SPDX-License-Identifier: ISC
-- Take a command back and say what it is now.  A queued one is cancelled at
-- once, and so is one that the device has accepted (it may still carry it
-- out); one that was sent stays so until the device answers, and is not sent
-- again.  MD404: no such command; MD409: it has ended.
create or replace function admin.cancel(in_command uuid) returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_device uuid;
  v_seq    bigint;
  v_state  text;
begin
  -- On Citus this asks every shard: the id alone does not name the device.
  select c.device into v_device from mdm.command_any c
   where c.command = in_command;
  if not found then
    raise exception 'no command %', in_command using errcode = 'MD404';
  end if;
  perform mdm.lock(v_device);
  update mdm.command c set cancel_requested = true
   where c.device = v_device and c.command = in_command
  returning c.seq, c.state into v_seq, v_state;
  if not found then
    raise exception 'command % has ended', in_command using errcode = 'MD409';
  end if;
  if v_state <> 'sent' then
    perform mdm.command_end(v_device, array[v_seq], 'cancelled');
    v_state := 'cancelled';
  end if;
  perform mdm.event_add(v_device, 'command.cancelled', jsonb_build_object(
    'command', in_command, 'state', v_state));
  return v_state;
end
$$;
comment on function admin.cancel is
  'Take a command back; says its state: cancelled, or sent when an answer is still due.';

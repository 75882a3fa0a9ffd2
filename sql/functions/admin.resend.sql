-- SPDX-License-Identifier: ISC
-- Queue an ended command once more, as a new one at the end of the queue, and
-- say its id.  MD404: no such command; MD409: it has not ended, or the device
-- has left; MD400: the times break a rule.
create or replace function admin.resend(in_command uuid,
  in_priority int default null, in_not_before timestamptz default null,
  in_expires_at timestamptz default null)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_old   record;
  v_parts mdm.part[];
  v_new   uuid;
begin
  -- On Citus this asks every shard: the id alone does not name the device.
  select * into v_old from mdm.command_any c where c.command = in_command;
  if not found then
    raise exception 'no command %', in_command using errcode = 'MD404';
  elsif v_old.done_at is null then
    raise exception 'command % is %', in_command, v_old.state
      using errcode = 'MD409';
  end if;
  if v_old.parts = 0 then
    v_parts := mdm.parts_plain(v_old.verb, v_old.uri, v_old.data,
      v_old.format, v_old.type);
  else
    select array_agg(p order by p.part) into v_parts from mdm.part p
     where p.device = v_old.device and p.seq = v_old.seq;
  end if;
  v_new := mdm.command_add(v_old.device, v_parts,
    coalesce(in_priority, v_old.priority), in_not_before, in_expires_at);
  perform mdm.event_add(v_old.device, 'command.resent', jsonb_build_object(
    'command', in_command, 'as', v_new));
  return v_new;
end
$$;
comment on function admin.resend is
  'Queue an ended command once more, as a new one; says its id.';

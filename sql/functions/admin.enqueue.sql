-- SPDX-License-Identifier: ISC
-- Queue a command for a device.  MD404: no such device; MD400: the command
-- breaks a rule, which the message names; MD409: the device has left.
create or replace function admin.enqueue(in_device uuid, in_verb text,
  in_uri text, in_data text default null, in_format text default 'chr',
  in_type text default 'text/plain')
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fault   text := mdm.command_fault(in_verb, in_uri, in_data, in_format, in_type);
  v_command uuid := gen_random_uuid();
begin
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD400';
  end if;
  insert into mdm.command (device, seq, command, verb, uri, format, type,
    data, size, user_scope, once)
  values (in_device, mdm.command_seq(in_device), v_command, in_verb, in_uri,
    in_format, in_type, in_data,
    mdm.command_size(in_uri, in_type, in_data),
    lower(in_uri) like './user/%', mdm.run_once(in_verb, in_uri));
  perform mdm.event_add(in_device, 'command.queued', jsonb_build_object(
    'command', v_command, 'verb', in_verb, 'uri', in_uri));
  return v_command;
end
$$;
comment on function admin.enqueue is
  'Queue a command for a device and say its id.  What is invalid is refused with the rule''s name.';

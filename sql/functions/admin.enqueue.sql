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
  v_state   text;
  v_seq     bigint;
  v_command uuid := gen_random_uuid();
begin
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD400';
  end if;
  -- Shared, so that the device cannot leave before the commit.
  select d.state into v_state from mdm.device d
   where d.device = in_device
     for share;
  if not found then
    raise exception 'no device %', in_device using errcode = 'MD404';
  elsif v_state in ('unenrolled', 'retired') then
    raise exception 'device % is %', in_device, v_state using errcode = 'MD409';
  end if;

  -- The counter's lock, held until the commit, makes the order.
  update mdm.counter c set command = c.command + 1
   where c.device = in_device
  returning c.command into strict v_seq;
  insert into mdm.command (device, seq, command, verb, uri, format, type,
    data, size, user_scope, once)
  values (in_device, v_seq, v_command, in_verb, in_uri, in_format, in_type,
    in_data, 256 + mdm.xml_size(in_uri) + mdm.xml_size(in_type)
      + coalesce(mdm.xml_size(in_data), 0),
    lower(in_uri) like './user/%',
    in_verb = 'Exec' and exists (select from mdm.run_once r
      where regexp_replace(lower(in_uri), '^\./(device/)?vendor/msft/', '')
            like r.uri));
  perform mdm.event_add(in_device, 'command.queued', jsonb_build_object(
    'command', v_command, 'verb', in_verb, 'uri', in_uri));
  return v_command;
end
$$;
comment on function admin.enqueue is
  'Queue a command for a device and say its id.  What is invalid is refused with the rule''s name.';

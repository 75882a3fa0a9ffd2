-- SPDX-License-Identifier: ISC
-- Queue a command whose parts are good for many devices.  One row for each
-- device, in the order given, with the command's id or why there is none: a
-- device that is unknown or has left keeps no other from being served.  Always
-- in the order of the devices, so that two such calls cannot block each other.
create or replace function mdm.command_add_many(in_devices uuid[],
  in_parts mdm.part[], in_priority int, in_not_before timestamptz,
  in_expires_at timestamptz)
returns table (device uuid, command uuid, fault text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fault  text := mdm.schedule_fault(in_priority, in_not_before, in_expires_at);
  v_state  text;
begin
  if v_fault is null and in_devices is null then
    v_fault := 'devices: must be given';
  end if;
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD400';
  end if;
  for device in select distinct t from unnest(in_devices) t order by t loop
    -- Shared, as mdm.command_seq does it, and so without an exception to catch.
    select d.state into v_state from mdm.device d
     where d.device = command_add_many.device
       for share;
    command := null;
    fault := case
      when not found then 'no device ' || coalesce(device::text, 'null')
      when v_state in ('unenrolled', 'retired')
        then format('device %s is %s', device, v_state)
    end;
    if fault is null then
      command := mdm.command_add(device, in_parts, in_priority, in_not_before,
        in_expires_at);
    end if;
    return next;
  end loop;
end
$$;
comment on function mdm.command_add_many is
  'Queue a command for many devices; says for each its id, or why there is none.';

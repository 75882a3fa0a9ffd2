-- SPDX-License-Identifier: ISC
-- A new command's place in the order of a device.  MD404: no such device;
-- MD409: the device has left.
create or replace function mdm.command_seq(in_device uuid) returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_state text;
  v_seq   bigint;
begin
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
  return v_seq;
end
$$;
comment on function mdm.command_seq is
  'The sequence number of a command that is being queued.';

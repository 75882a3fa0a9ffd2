-- SPDX-License-Identifier: ISC
-- Queue a command for a device.  Of what waits for a device the highest
-- priority goes first (0 to 9; 5 is usual, 9 waits for no maintenance window),
-- and within one what was queued first.  Not to be sent before in_not_before,
-- nor from in_expires_at on.  MD404: no such device; MD400: the command breaks
-- a rule, which the message names; MD409: the device has left.
create or replace function admin.enqueue(in_device uuid, in_verb text,
  in_uri text, in_data text default null, in_format text default 'chr',
  in_type text default 'text/plain', in_priority int default 5,
  in_not_before timestamptz default null,
  in_expires_at timestamptz default null)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return mdm.command_add(in_device,
    mdm.parts_plain(in_verb, in_uri, in_data, in_format, in_type),
    in_priority, in_not_before, in_expires_at);
end
$$;
comment on function admin.enqueue is
  'Queue a command for a device and say its id.  What is invalid is refused with the rule''s name.';

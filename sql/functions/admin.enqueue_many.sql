-- SPDX-License-Identifier: ISC
-- Queue a command for many devices, as enqueue does for one: the devices of a
-- list, or of admin.targets.  One row for each, with the command's id or why
-- there is none.  MD400: the command itself breaks a rule; then nothing is
-- queued.
create or replace function admin.enqueue_many(in_devices uuid[], in_verb text,
  in_uri text, in_data text default null, in_format text default 'chr',
  in_type text default 'text/plain', in_priority int default 5,
  in_not_before timestamptz default null,
  in_expires_at timestamptz default null)
returns table (device uuid, command uuid, fault text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from mdm.command_add_many(in_devices,
    mdm.parts_plain(in_verb, in_uri, in_data, in_format, in_type),
    in_priority, in_not_before, in_expires_at);
end
$$;
comment on function admin.enqueue_many is
  'Queue a command for many devices; says for each its id, or why there is none.';

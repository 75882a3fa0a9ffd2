-- SPDX-License-Identifier: ISC
-- Queue a command written in SyncML for many devices: enqueue_syncml and
-- enqueue_many at once.
create or replace function admin.enqueue_many_syncml(in_devices uuid[],
  in_xml text, in_priority int default 5,
  in_not_before timestamptz default null,
  in_expires_at timestamptz default null)
returns table (device uuid, command uuid, fault text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from mdm.command_add_many(in_devices,
    mdm.parts_syncml(in_xml), in_priority, in_not_before, in_expires_at);
end
$$;
comment on function admin.enqueue_many_syncml is
  'Queue a SyncML command for many devices; says for each its id, or why there is none.';

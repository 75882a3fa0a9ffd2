-- SPDX-License-Identifier: ISC
-- Queue a command written in SyncML for a device: one Add, Replace, Delete,
-- Get or Exec with one or more Items, or an Atomic or Sequence of these.  It is
-- sent and succeeds or fails as one; CmdIDs are the server's own.  Priority,
-- times, MD400, MD404 and MD409 as enqueue.
create or replace function admin.enqueue_syncml(in_device uuid, in_xml text,
  in_priority int default 5, in_not_before timestamptz default null,
  in_expires_at timestamptz default null)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return mdm.command_add(in_device, mdm.parts_syncml(in_xml), in_priority,
    in_not_before, in_expires_at);
end
$$;
comment on function admin.enqueue_syncml is
  'Queue one SyncML command, with several Items or a group of commands; says its id.  What is invalid is refused with the rule''s name.';

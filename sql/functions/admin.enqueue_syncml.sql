-- SPDX-License-Identifier: ISC
-- Queue a command written in SyncML for a device: one Add, Replace, Delete,
-- Get or Exec with one or more Items, or an Atomic or Sequence of these.  It is
-- sent and succeeds or fails as one; CmdIDs are the server's own.  MD400, MD404
-- and MD409 as enqueue.
create or replace function admin.enqueue_syncml(in_device uuid, in_xml text)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_command uuid := gen_random_uuid();
  v_parts   mdm.part[];
  v_first   mdm.part;
  v_fault   text;
  v_seq     bigint;
  v_many    boolean;
begin
  select array_agg(row(in_device, 0, p.part, p.parent, p.item, p.verb, p.uri,
           p.format, p.type, p.data, null, false, null, null)::mdm.part
           order by p.part)
    into v_parts
    from mdm.syncml_parts(in_xml) p;
  v_fault := mdm.parts_fault(v_parts);
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD400';
  end if;
  v_seq := mdm.command_seq(in_device);
  v_many := cardinality(v_parts) > 1;
  select * into v_first from unnest(v_parts) p where p.uri is not null
   order by p.part limit 1;

  insert into mdm.command (device, seq, command, verb, uri, format, type,
    data, size, user_scope, once, parts)
  select in_device, v_seq, v_command, v_parts[1].verb, v_first.uri,
         v_first.format, v_first.type,
         case when not v_many then v_first.data end,
         sum(mdm.command_size(coalesce(p.uri, ''), coalesce(p.type, ''), p.data)),
         bool_or(lower(p.uri) like './user/%'),
         bool_or(mdm.run_once(p.verb, p.uri)),
         case when v_many then count(*) else 0 end
    from unnest(v_parts) p;
  insert into mdm.part (device, seq, part, parent, item, verb, uri, format,
    type, data)
  select in_device, v_seq, p.part, p.parent, p.item, p.verb, p.uri, p.format,
         p.type, p.data
    from unnest(v_parts) p
   where v_many;
  perform mdm.event_add(in_device, 'command.queued', jsonb_build_object(
    'command', v_command, 'verb', v_parts[1].verb, 'uri', v_first.uri,
    'parts', case when v_many then cardinality(v_parts) end));
  return v_command;
end
$$;
comment on function admin.enqueue_syncml is
  'Queue one SyncML command, with several Items or a group of commands; says its id.  What is invalid is refused with the rule''s name.';

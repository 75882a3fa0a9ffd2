-- SPDX-License-Identifier: ISC
-- Do something with a device, and follow it to its end.  in_nodes are asked
-- for at each of its sessions until the first tells the end.  MD404: no such
-- device; MD409: it has left.
create or replace function mdm.action_add(in_device uuid, in_kind text,
  in_parts mdm.part[], in_detail jsonb default '{}',
  in_nodes text[] default '{}', in_action uuid default gen_random_uuid())
returns uuid
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_command uuid;
begin
  perform mdm.lock(in_device);
  perform from mdm.device d where d.device = in_device
     and d.state not in ('unenrolled', 'retired');
  if not found then
    raise exception 'device % has left', in_device using errcode = 'MD409';
  end if;
  perform mdm.event_add(in_device, 'action.asked',
    jsonb_build_object('action', in_action, 'kind', in_kind) || in_detail);
  if in_parts is not null then
    v_command := mdm.command_add(in_device, in_parts, in_origin => 'action');
  end if;
  insert into mdm.action (device, action, kind, state, detail, actor, operator,
    command, nodes)
  values (in_device, in_action, in_kind, 'running', jsonb_strip_nulls(in_detail),
    session_user, mdm.operator(), v_command, in_nodes);
  -- Looked after at its next session.
  update mdm.session s set due_at = '-infinity' where s.device = in_device;
  return in_action;
end
$$;
comment on function mdm.action_add is
  'Queue what does an action, and follow it to its end; says its id.';

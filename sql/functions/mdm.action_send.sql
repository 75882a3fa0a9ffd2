-- SPDX-License-Identifier: ISC
-- Queue what an action that waited does, before all else; says the command.
create or replace function mdm.action_send(in_action mdm.action) returns uuid
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_part    mdm.part;
  v_command uuid;
begin
  v_part.part := 1;
  v_part.parent := 0;
  v_part.item := 0;
  v_part.verb := 'Exec';
  v_part.uri := in_action.uri;
  v_part.format := in_action.format;
  v_part.type := 'text/plain';
  v_part.data := in_action.data;
  v_command := mdm.command_add(in_action.device, array[v_part], 9,
    in_origin => 'action');
  update mdm.action a set state = 'running', command = v_command
   where a.device = in_action.device and a.action = in_action.action;
  perform mdm.event_add(in_action.device, 'action.sent', jsonb_build_object(
    'action', in_action.action, 'kind', in_action.kind, 'reason', in_action.reason));
  return v_command;
end
$$;
comment on function mdm.action_send is
  'Queue what an action that waited does; says the command.';

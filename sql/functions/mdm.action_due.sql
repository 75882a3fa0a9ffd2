-- SPDX-License-Identifier: ISC
-- A device, whose lock is held, begins a session: look after its actions.
-- What waited for its time is sent, and of what is under way the nodes are
-- asked for that tell the end.  Says when to look again.
create or replace function mdm.action_due(in_device uuid) returns timestamptz
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_action  mdm.action;
  v_command uuid;
  v_due     timestamptz := 'infinity';
begin
  if not exists (select from mdm.action a
    where a.device = in_device and a.state in ('waiting', 'running')) then
    return v_due;
  end if;
  perform mdm.action_step(in_device, 'begin');
  for v_action in
    select * from mdm.action a
     where a.device = in_device and a.state in ('waiting', 'running')
     order by a.asked_at, a.action
  loop
    if v_action.state = 'waiting' and v_action.not_before > now() then
      v_due := least(v_due, v_action.not_before);
      continue;
    end if;
    v_due := '-infinity';
    if v_action.state = 'waiting' and v_action.uri is null then
      perform mdm.action_release(in_device, v_action.action);
      continue;
    elsif v_action.state = 'waiting' then
      v_command := mdm.action_send(v_action);
    elsif cardinality(v_action.nodes) > 0 and exists (
      select from mdm.command_any c
       where c.device = in_device and c.command = v_action.command
         and c.state in ('done', 'accepted'))
      and not exists (select from mdm.command c
       where c.device = in_device and c.command = v_action.poll) then
      v_command := mdm.command_add(in_device, mdm.parts_make(
        case when cardinality(v_action.nodes) > 1 then 'Sequence' end,
        (select jsonb_agg(jsonb_build_array('Get', n, 'chr', null))
           from unnest(v_action.nodes) n)), 9, in_origin => 'action');
      update mdm.action a set poll = v_command
       where a.device = in_device and a.action = v_action.action;
    else
      continue;
    end if;
    perform set_config('fenestra.message', 'changed', true);
  end loop;
  return v_due;
end
$$;
comment on function mdm.action_due is
  'Look after the actions of a device that begins a session; says when to look again.';

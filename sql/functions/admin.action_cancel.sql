-- SPDX-License-Identifier: ISC
-- Take an action back and say its state: cancelled, or running when the
-- device has it already and its answer is still due.  MD404: no such action;
-- MD409: it has ended.
create or replace function admin.action_cancel(in_action uuid) returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_action mdm.action;
begin
  select * into v_action from mdm.action a where a.action = in_action;
  if not found then
    raise exception 'no action %', in_action using errcode = 'MD404';
  end if;
  perform mdm.lock(v_action.device);
  select * into v_action from mdm.action a
   where a.device = v_action.device and a.action = in_action
     for no key update;
  if v_action.state not in ('held', 'waiting', 'running') then
    raise exception 'action % is %', in_action, v_action.state using errcode = 'MD409';
  elsif v_action.state = 'running' and exists (select from mdm.command c
      where c.device = v_action.device and c.command = v_action.command) then
    -- The end of the command is that of the action.
    perform admin.cancel(v_action.command);
  elsif v_action.state <> 'running' or v_action.command is null then
    perform mdm.action_end(v_action, 'cancelled', 'was taken back');
  end if;
  return (select a.state from mdm.action a
           where a.device = v_action.device and a.action = in_action);
end
$$;
comment on function admin.action_cancel is
  'Take an action back; says its state: cancelled, or running when the device has it already.';

-- SPDX-License-Identifier: ISC
-- Look what has become of the running actions of a device, whose lock is
-- held; in_when as mdm.action_outcome has it.
create or replace function mdm.action_step(in_device uuid, in_when text)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_action mdm.action;
  v_found  record;
begin
  for v_action in
    select * from mdm.action a
     where a.device = in_device and a.state = 'running'
     order by a.asked_at, a.action
  loop
    select * into v_found from mdm.action_outcome(v_action, in_when);
    if v_found.state is not null then
      perform mdm.action_end(v_action, v_found.state, v_found.outcome);
    elsif v_found.outcome is distinct from v_action.outcome
      and v_found.outcome is not null then
      update mdm.action a set outcome = v_found.outcome
       where a.device = in_device and a.action = v_action.action;
    end if;
  end loop;
end
$$;
comment on function mdm.action_step is
  'Look what has become of the running actions of a device.';

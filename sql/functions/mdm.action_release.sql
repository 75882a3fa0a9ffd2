-- SPDX-License-Identifier: ISC
-- A device, whose lock is held, that is to be retired without being told is
-- closed as soon as its time has come; whatever else waits for its next session.
create or replace function mdm.action_release(in_device uuid, in_action uuid)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_action mdm.action;
begin
  select * into v_action from mdm.action a
   where a.device = in_device and a.action = in_action and a.state = 'waiting'
     and a.uri is null and a.not_before <= now();
  if found then
    perform mdm.action_end(v_action, 'done', 'closed without telling the device');
  end if;
end
$$;
comment on function mdm.action_release is
  'Close a device that is to be retired without being told, once its time has come.';

-- SPDX-License-Identifier: ISC
-- Hold an action that was one of too many.
create or replace function mdm.action_hold(in_device uuid, in_action uuid)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  update mdm.action a
     set state = 'held', held_for = 'limit', released_at = null
   where a.device = in_device and a.action = in_action;
  perform mdm.event_add(in_device, 'action.held', jsonb_build_object(
    'action', in_action, 'held', 'limit'));
end
$$;
comment on function mdm.action_hold is 'Hold an action that was one of too many.';

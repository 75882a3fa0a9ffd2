-- SPDX-License-Identifier: ISC
-- An action has come to its end.  A device that was wiped, or has left, is
-- closed: its certificates serve no more.
create or replace function mdm.action_end(in_action mdm.action, in_state text,
  in_outcome text)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_follow text;
begin
  update mdm.action a
     set state = in_state, outcome = in_outcome, ended_at = now()
   where a.device = in_action.device and a.action = in_action.action;
  perform mdm.event_add(in_action.device, 'action.' || in_state,
    jsonb_build_object('action', in_action.action, 'kind', in_action.kind,
      'outcome', in_outcome));
  perform set_config('fenestra.message', 'changed', true)
    where current_setting('fenestra.message', true) in ('idle', 'new');
  select k.follow into strict v_follow
    from mdm.action_kind k where k.kind = in_action.kind;
  if v_follow = 'upload' then
    -- The address is not needed any more, and stays nowhere.
    update mdm.command_done c set data = null
     where c.device = in_action.device and c.command = in_action.command;
  end if;
  if in_state = 'done' and v_follow in ('wipe', 'leave') then
    perform mdm.device_close(in_action.device,
      case v_follow when 'wipe' then 'wiped' else 'retired' end,
      coalesce((select c.sent_at from mdm.command_any c
        where c.device = in_action.device and c.command = in_action.command),
        now()));
  end if;
end
$$;
comment on function mdm.action_end is
  'An action has come to its end; who was wiped or has left is closed.';

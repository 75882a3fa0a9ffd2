-- SPDX-License-Identifier: ISC
-- Let an action go that is held.  Who asked for it cannot: another database
-- role has to, or, unless second_person says role, the same one for another
-- operator.  MD404: no such action; MD409: it is not held; MD403: the same
-- person.
create or replace function admin.action_approve(in_action uuid) returns void
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
  if v_action.state <> 'held' then
    raise exception 'action % is %', in_action, v_action.state using errcode = 'MD409';
  elsif v_action.actor = session_user and (v_action.operator is null
      or mdm.operator() is null or v_action.operator = mdm.operator()
      or exists (select from mdm.setting s where s.name = 'second_person'
        and coalesce(s.value, s.preset) = 'role')) then
    raise exception 'somebody else than % has to approve action %',
      coalesce(v_action.operator, v_action.actor), in_action
      using errcode = 'MD403';
  end if;
  update mdm.action a
     set state = 'waiting', approved_by = session_user,
         approved_operator = mdm.operator(), approved_at = now(),
         released_at = now(),
         not_before = now() + make_interval(mins => mdm.setting_int('wipe_delay'))
   where a.device = v_action.device and a.action = in_action;
  update mdm.session s
     set due_at = least(s.due_at, now() + make_interval(mins => mdm.setting_int('wipe_delay')))
   where s.device = v_action.device;
  perform mdm.event_add(v_action.device, 'action.approved', jsonb_build_object(
    'action', in_action, 'kind', v_action.kind));
  perform mdm.action_release(v_action.device, in_action);
end
$$;
comment on function admin.action_approve is
  'Let an action go that is held; somebody else than who asked for it has to.';

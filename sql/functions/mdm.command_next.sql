-- SPDX-License-Identifier: ISC
-- Choose the next commands of a device: in order, within the budget but at
-- least one; those of the user wait until the user is signed in, and others
-- pass them.  Null when there is none or the session has lasted long enough.
create or replace function mdm.command_next(in_device uuid, in_msg bigint,
  in_user boolean)
returns bigint[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_budget   bigint;
  v_messages bigint;
begin
  select max(coalesce(s.value, s.preset)::bigint) filter (where s.name = 'message_budget'),
         max(coalesce(s.value, s.preset)::bigint) filter (where s.name = 'session_messages')
    into v_budget, v_messages
    from mdm.setting s where s.name in ('message_budget', 'session_messages');
  if in_msg >= v_messages then
    return null;
  end if;
  return (
    select array_agg(n.seq order by n.seq)
      from (select c.seq, row_number() over w as i, sum(c.size) over w as total
              from mdm.command c
             where c.device = in_device and c.state = 'queued'
               and (in_user or not c.user_scope)
            window w as (order by c.seq)
             order by c.seq
             limit 500) n
     where n.i = 1 or n.total <= v_budget);
end
$$;
comment on function mdm.command_next is
  'The sequence numbers of the next commands to send, within the budget.';

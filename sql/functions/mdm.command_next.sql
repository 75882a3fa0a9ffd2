-- SPDX-License-Identifier: ISC
-- Choose the next commands of a session: the highest priority first and in
-- order within one, within the budget but at least one; an Exec goes with the Add of its node before it; one that was
-- sent in vain too often goes alone, and so does an object on its way in
-- chunks.  Those of the user wait until the user is signed in, those of which
-- the device said later for another session, and others pass them.  Questions of
-- the inventory are last, and keep no message with others, which are answered
-- whatever becomes of them.  Null when there is none or the session is given no
-- more.
create or replace function mdm.command_next(in_session mdm.session,
  in_more mdm.session_more)
returns bigint[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_budget   bigint := mdm.message_budget(in_more);
  v_user     boolean := coalesce(in_session.login_status = 'user', false);
  v_attempts int;
  v_state    text;
begin
  if in_more.closed then
    return null;
  end if;
  select coalesce(s.value, s.preset)::int into strict v_attempts
    from mdm.setting s where s.name = 'delivery_attempts';
  if in_more.object_out is not null then
    select c.state into v_state from mdm.command c
     where c.device = in_session.device and c.seq = in_more.object_out
       and c.chunk_start is not null;
    if v_state = 'queued' then
      return array[in_more.object_out];
    elsif v_state = 'sent' then
      return null;
    end if;
  end if;
  if not in_session.final then
    return null;
  end if;

  return (
    select array_agg(n.seq order by n.i)
      from (select q.seq, q.i, q.pair,
                   q.alone or bool_or(q.alone) over w as alone,
                   q.own = first_value(q.own) over w as along,
                   case when lead(q.pair) over w then lead(q.total) over w
                        else q.total end as total
              from (select c.seq, row_number() over v as i,
                           sum(c.size) over v as total,
                           c.unanswered >= v_attempts as alone,
                           c.origin = 'inventory' as own,
                           c.verb = 'Exec' and lag(c.verb) over v = 'Add'
                             and starts_with(lower(c.uri), lag(lower(c.uri)) over v) as pair
                      from mdm.command c
                     where c.device = in_session.device and c.state = 'queued'
                       and (v_user or not c.user_scope)
                       and c.hold is distinct from in_session.number
                    window v as (order by c.priority desc, c.seq)
                     order by c.priority desc, c.seq
                     limit 500) q
            window w as (order by q.i)) n
     where n.i = 1
        or not n.alone and n.along and (n.total <= v_budget or n.i = 2 and n.pair));
end
$$;
comment on function mdm.command_next is
  'The sequence numbers of the next commands to send, in their order, within the budget.';

-- SPDX-License-Identifier: ISC
-- The commands of the answer, in order, with CmdIDs from in_first_cmd_id on:
-- for a repeated message what it was given then, otherwise the next of the
-- queue within the budget.  Comes last in the transaction of a message, and
-- lets it commit without waiting when nothing but the last contact changed.
create or replace function management.deliver(in_device uuid,
  in_first_cmd_id int)
returns table (cmd_id int, verb text, uri text, format text, type text,
  data text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_message text := current_setting('fenestra.message', true);
  v_fresh   boolean := coalesce(v_message in ('new', 'changed'), false);
  v_queued  boolean;
  v_session mdm.session;
  v_seqs    bigint[];
  v_first   int := in_first_cmd_id;
begin
  v_queued := v_fresh and exists (select from mdm.command c
    where c.device = in_device and c.state = 'queued');
  if v_queued or not v_fresh then
    select * into v_session from mdm.session s where s.device = in_device;
  end if;
  if v_queued and v_session.final then
    v_seqs := mdm.command_next(in_device, v_session.server_msg,
      coalesce(v_session.login_status = 'user', false));
  end if;
  if v_fresh and v_seqs is null then
    if v_message = 'new' then
      v_message := set_config('synchronous_commit', 'off', true);
    end if;
    return;
  end if;

  if v_fresh then
    update mdm.command c
       set state = 'sent', attempts = c.attempts + 1, sent_at = now()
     where c.device = in_device and c.seq = any (v_seqs);
    insert into mdm.delivery (device, session, msg, cmd_id, seq)
    select in_device, v_session.number, v_session.server_msg,
           v_first + n.i - 1, n.seq
      from unnest(v_seqs) with ordinality as n (seq, i);
    update mdm.session s set delivered = true
     where s.device = in_device and not s.delivered;
  else
    select array_agg(d.seq order by d.cmd_id), min(d.cmd_id)
      into v_seqs, v_first
      from mdm.delivery d
     where d.device = in_device and d.session = v_session.number
       and d.msg = v_session.server_msg;
  end if;

  -- offset 0: one probe for each command, however long the history.
  return query
    select v_first + n.i::int - 1, c.verb, c.uri, c.format, c.type, c.data
      from unnest(v_seqs) with ordinality as n (seq, i)
     cross join lateral (select * from mdm.command_any a
       where a.device = in_device and a.seq = n.seq offset 0) c
     order by n.i;
end
$$;
comment on function management.deliver is
  'The commands that the answer carries, in order; the same again for a repeated message.';

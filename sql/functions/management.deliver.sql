-- SPDX-License-Identifier: ISC
-- The commands of the answer, in order, with CmdIDs from in_first_cmd_id on:
-- for a repeated message what it was given then, otherwise the next of the
-- queue within the budget, and none while the device awaits approval.
-- A group (Atomic, Sequence) comes before what is in it, whose parent is the
-- group's CmdID; rows of one CmdID are its Items.
-- expansion: the command (seq) and what stands for the variables in its data,
-- where there are some.
-- more: the data goes on in the next answer; size: of all of it, with the
-- first chunk.  Before all these an Alert (its code in data) for each object
-- of the device that broke off, with its node: by another, or because the
-- package ended without the rest of it.  Comes last in the transaction of a message, and lets it commit
-- without waiting when nothing but the last contact changed.
create or replace function management.deliver(in_device uuid,
  in_first_cmd_id int)
returns table (cmd_id int, parent int, verb text, item int, uri text,
  format text, type text, data text, more boolean, size bigint,
  expansion text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_message text := current_setting('fenestra.message', true);
  v_object  text := current_setting('fenestra.object', true);
  v_first   int := in_first_cmd_id;
  v_broken  text[];
  v_session mdm.session;
  v_more    mdm.session_more;
  v_seqs    bigint[];
  v_parts   int := 1;
  v_chunk   boolean := false;
  v_expands boolean := true;
begin
  if v_message = 'idle' then
    v_message := set_config('synchronous_commit', 'off', true);
    return;
  end if;
  if current_setting('fenestra.action', true) = 'ended' then
    perform mdm.action_step(in_device, 'end');
  end if;
  if v_object = 'open' then
    perform mdm.object_break(in_device);
    v_object := 'broken';
    v_message := 'changed';
  end if;
  if v_object = 'broken' or v_message = 'repeated' then
    select m.broken into v_broken
      from mdm.session_more m
      join mdm.session s on s.device = m.device and s.number = m.number
     where m.device = in_device and s.special and not m.ended;
    v_first := v_first + coalesce(cardinality(v_broken), 0);
    return query
      select in_first_cmd_id + b.n::int - 1, 0, 'Alert', 0, b.uri, null::text,
             null::text, '1225', false, null::bigint, null::text
        from unnest(v_broken) with ordinality as b (uri, n)
       order by b.n;
  end if;

  if v_message in ('new', 'changed') then
    if exists (select from mdm.command c
                where c.device = in_device and c.state = 'queued')
      and not exists (select from mdm.device d
                       where d.device = in_device and d.awaiting_approval) then
      select * into v_session from mdm.session s where s.device = in_device;
      if v_session.special then
        v_more := mdm.session_more_get(in_device);
      end if;
      perform mdm.command_expire(in_device);
      perform mdm.queue_hold(in_device);
      v_seqs := mdm.command_next(v_session, v_more);
      v_message := current_setting('fenestra.message');
    end if;
    if v_seqs is null then
      if v_message = 'new' then
        v_message := set_config('synchronous_commit', 'off', true);
      else
        update mdm.session s set kept = true where s.device = in_device;
      end if;
      return;
    end if;

    if cardinality(v_seqs) = 1 and v_more.max_msg_size is not null then
      v_chunk := mdm.object_chunk(v_more, v_seqs[1]);
    end if;
    with sent as (
      update mdm.command c
         set state = 'sent', sent_at = now(), sent_msg = v_session.server_msg,
             attempts = c.attempts
               + case when c.chunk_start > 0 then 0 else 1 end
       where c.device = in_device and c.seq = any (v_seqs)
      returning c.parts, c.chunk_start, c.variables
    )
    select max(s.parts), v_chunk and max(s.chunk_start) > 0, bool_or(s.variables)
      into v_parts, v_chunk, v_expands
      from sent s;
    if v_expands then
      perform mdm.expansion_note(v_session, v_seqs);
    end if;
    insert into mdm.delivery (device, session, msg, cmd_id, seq, part, chunk)
    select in_device, v_session.number, v_session.server_msg,
           v_first + row_number() over (order by n.n, p.part) - 1,
           n.seq, coalesce(p.part, 0), v_chunk
      from unnest(v_seqs) with ordinality as n (seq, n)
      left join (select distinct p.seq, p.part - p.item as part
                   from mdm.part p
                  where v_parts > 0 and p.device = in_device
                    and p.seq = any (v_seqs)
                    and not p.ended and p.status is null) p on p.seq = n.seq;
    update mdm.session s set delivered = true, kept = true
     where s.device = in_device;
  elsif v_message is distinct from 'refused' then
    select * into v_session from mdm.session s where s.device = in_device;
  else
    return;
  end if;

  -- offset 0: one probe for each command, however long the history.
  return query
    select d.cmd_id, coalesce(g.cmd_id, 0),
           coalesce(p.instead, p.verb, c.instead, c.verb),
           (row_number() over (partition by d.cmd_id order by p.part))::int - 1,
           case d.part when 0 then c.uri else p.uri end,
           case d.part when 0 then c.format else p.format end,
           case d.part when 0 then c.type else p.type end,
           case when d.part > 0 then p.data
                when c.chunk_length is null then c.data
                else substr(c.data, c.chunk_start + 1, c.chunk_length) end,
           coalesce(c.chunk_start + c.chunk_length < length(c.data), false),
           case when c.chunk_start = 0 then octet_length(c.data)::bigint end,
           case when v_expands then (
             select jsonb_build_object('seq', e.seq::text, 'values', e."values")::text
               from mdm.expansion e
              where e.device = in_device and e.seq = d.seq
                and e.session = d.session and e.msg = d.msg) end
      from mdm.delivery d
     cross join lateral (select * from mdm.command_any a
       where a.device = in_device and a.seq = d.seq offset 0) c
      left join mdm.part p
        on d.part > 0 and p.device = in_device and p.seq = d.seq
       and p.part - p.item = d.part and not p.ended and p.status is null
      left join mdm.delivery g
        on p.parent > 0 and g.device = in_device and g.session = d.session
       and g.msg = d.msg and g.seq = d.seq and g.part = p.parent
     where d.device = in_device and d.session = v_session.number
       and d.msg = v_session.server_msg
     order by d.cmd_id, p.part;
end
$$;
comment on function management.deliver is
  'The commands that the answer carries, in order; the same again for a repeated message.';

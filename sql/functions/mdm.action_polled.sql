-- SPDX-License-Identifier: ISC
-- What an alert or the nodes that were asked for tell of an action: an alert
-- from its node has 0 for success or an HRESULT; the first node a value that
-- mdm.action_kind knows, and the second one the error behind it.
create or replace function mdm.action_polled(in_action mdm.action,
  in_kind mdm.action_kind, in_uri text, out state text, out outcome text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_heard text;
  v_poll  record;
  v_value text;
  v_error text;
begin
  select btrim(a.data) into v_heard from mdm.alert a
   where a.device = in_action.device and a.code in (1224, 1226)
     and a.received_at >= in_action.asked_at
     and starts_with(mdm.uri_node(a.source), mdm.uri_node(in_uri))
     and a.data ~* '^\s*(-?[0-9]{1,20}|0x[0-9a-f]{1,16})\s*$'
   order by a.received_at desc limit 1;
  if v_heard is not null then
    state := case when v_heard ~* '^(0x)?0+$' then 'done' else 'failed' end;
    outcome := 'the device reported ' || v_heard;
    return;
  end if;

  select c.seq, c.state, c.status into v_poll from mdm.command_any c
   where c.device = in_action.device and c.command = in_action.poll;
  if v_poll.state is distinct from 'done' and v_poll.state is distinct from 'failed' then
    return;
  end if;
  select max(r.data) filter (where mdm.uri_node(r.uri) = mdm.uri_node(in_action.nodes[1])),
         max(r.data) filter (where mdm.uri_node(r.uri) = mdm.uri_node(in_action.nodes[2]))
    into v_value, v_error
    from mdm.result r
   where r.device = in_action.device and r.seq = v_poll.seq;
  v_value := btrim(v_value);
  if v_value is null and in_action.kind = 'msix_install'
    and v_poll.status = 404 then
    state := 'done';
    outcome := 'installed: its node is gone';
  elsif v_value = any (in_kind.good) then
    state := 'done';
  elsif v_value <> all (in_kind.pending) then
    state := 'failed';
  end if;
  outcome := coalesce(outcome, in_kind.words->>v_value, v_value)
    || case when state = 'failed' then coalesce(', error ' || nullif(v_error, ''), '')
       else '' end;
end
$$;
comment on function mdm.action_polled is
  'What an alert or the nodes that were asked for tell of an action.';

-- SPDX-License-Identifier: ISC
-- An alert came from a node: it is the outcome of the oldest command there
-- that was only accepted.  0 and 2xx are success, any other number is the
-- error; other data say nothing.
create or replace function mdm.alert_close(in_device uuid, in_source text,
  in_data text)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_code    text := lower(btrim(in_data));
  v_good    boolean := v_code ~ '^(0x)?0+$|^2[0-9][0-9]$';
  v_status  int;
  v_command mdm.command;
  v_part    int;
  v_session mdm.session;
begin
  if v_code !~ '^(-?[0-9]{1,20}|0x[0-9a-f]{1,16})$' then
    return;
  end if;
  select c.* into v_command from mdm.command c
   where c.device = in_device and c.state = 'accepted'
     and (c.parts = 0 and mdm.uri_node(c.uri) = mdm.uri_node(in_source)
          or exists (select from mdm.part p
            where p.device = in_device and p.seq = c.seq
              and mdm.uri_node(p.uri) = mdm.uri_node(in_source)
              and mdm.outcome(p.status, p.verb, p.instead) = 'accepted'))
   order by c.seq
   limit 1;
  if not found then
    return;
  end if;
  v_status := case when v_code ~ '^[2-5][0-9][0-9]$' then v_code::int
    when v_good then 200 else 500 end;
  if v_command.parts = 0 then
    perform mdm.command_end(in_device, array[v_command.seq],
      case when v_good then 'done' else 'failed' end, v_status,
      case when not v_good then v_code end);
    return;
  end if;
  select min(p.part) into strict v_part from mdm.part p
   where p.device = in_device and p.seq = v_command.seq
     and mdm.uri_node(p.uri) = mdm.uri_node(in_source)
     and mdm.outcome(p.status, p.verb, p.instead) = 'accepted';
  update mdm.part p
     set status = v_status, error = case when not v_good then v_code end,
         ended = v_command.verb <> 'Atomic'
   where p.device = in_device and p.seq = v_command.seq and p.part = v_part;
  select * into v_session from mdm.session s where s.device = in_device;
  perform mdm.parts_settle(v_session, v_command.seq);
end
$$;
comment on function mdm.alert_close is
  'End the accepted command of a node as its alert says.';

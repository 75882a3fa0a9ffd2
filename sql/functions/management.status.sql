-- SPDX-License-Identifier: ISC
-- Record how commands of the current session went: 202 begun, else 2xx done
-- but for 214 to 216 (cancelled, not executed, rolled back), else failed.
-- Those that match no live command change nothing but leave one event.
-- The Status of SyncHdr (CmdRef 0) is passed over; those of the server's
-- Alerts are not to be given.
create or replace function management.status(in_device uuid,
  in_msg_refs bigint[], in_cmd_refs bigint[], in_statuses int[],
  in_errors text[])
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_session bigint;
  v_one     record;
  v_seq     bigint;
  v_count   int;
  v_stray   jsonb := '[]';
begin
  if current_setting('fenestra.message', true) = 'repeated' then
    return;
  end if;
  select s.number into v_session from mdm.session s where s.device = in_device;
  for v_one in
    select r.msg_ref, r.cmd_ref, r.status, r.error
      from unnest(in_msg_refs, in_cmd_refs, in_statuses, in_errors)
           with ordinality as r (msg_ref, cmd_ref, status, error, n)
     where r.cmd_ref is distinct from 0
     order by r.n
  loop
    v_seq := (select d.seq from mdm.delivery d
      where d.device = in_device and d.session = v_session
        and d.msg = v_one.msg_ref and d.cmd_id = v_one.cmd_ref);
    if v_one.status = 202 then
      update mdm.command c
         set state = 'accepted', status = 202, error = v_one.error
       where c.device = in_device and c.seq = v_seq;
      get diagnostics v_count = row_count;
    else
      v_count := mdm.command_end(in_device, array[v_seq],
        case when v_one.status between 200 and 213
               or v_one.status between 217 and 299
             then 'done' else 'failed' end,
        v_one.status, v_one.error);
    end if;
    if v_count > 0 then
      perform set_config('fenestra.message', 'changed', true);
    elsif jsonb_array_length(v_stray) < 10 then
      v_stray := v_stray || jsonb_build_object('msg_ref', v_one.msg_ref,
        'cmd_ref', v_one.cmd_ref, 'status', v_one.status, 'seq', v_seq);
    end if;
  end loop;
  if v_stray <> '[]' then
    perform mdm.event_add(in_device, 'anomaly',
      jsonb_build_object('status', v_stray));
    perform set_config('fenestra.message', 'changed', true);
  end if;
end
$$;
comment on function management.status is
  'Record the statuses of commands; what has ended moves to the history.';

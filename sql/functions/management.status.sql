-- SPDX-License-Identifier: ISC
-- Record how commands of the current session went; mdm.status_class says what
-- a status means.  One of several parts may have a status of its own, named
-- by CmdRef or, for one of several Items, by TargetRef too.  Those that match
-- no live command change nothing but leave one event.  The Status of SyncHdr
-- (CmdRef 0) is passed over; those of the server's Alerts are not to be given.
create or replace function management.status(in_device uuid,
  in_msg_refs bigint[], in_cmd_refs bigint[], in_target_refs text[],
  in_statuses int[], in_errors text[])
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_session mdm.session;
  v_one     record;
  v_known   boolean;
  v_changed boolean := false;
  v_settle  bigint[];
  v_stray   jsonb := '[]';
begin
  if current_setting('fenestra.message', true) in ('repeated', 'refused') then
    return;
  end if;
  select * into v_session from mdm.session s where s.device = in_device;
  for v_one in
    select r.msg_ref, r.cmd_ref, r.target_ref, r.status, r.error, d.seq,
           d.part, k.class
      from unnest(in_msg_refs, in_cmd_refs, in_target_refs, in_statuses,
             in_errors) with ordinality
           as r (msg_ref, cmd_ref, target_ref, status, error, n)
      left join mdm.delivery d
        on d.device = in_device and d.session = v_session.number
       and d.msg = r.msg_ref and d.cmd_id = r.cmd_ref
      left join mdm.status_class k on k.status = r.status
     where r.cmd_ref is distinct from 0
     order by r.n
  loop
    v_known := case
      when v_one.seq is null then false
      when v_one.part > 0 then mdm.part_status(in_device, v_one.seq,
        v_one.part, v_one.msg_ref, v_one.target_ref, v_one.status, v_one.error)
      when v_one.class = 'done' then mdm.command_end(in_device,
        array[v_one.seq], 'done', v_one.status, v_one.error) > 0
      else mdm.command_status(v_session, v_one.seq, v_one.msg_ref,
        v_one.status, v_one.error)
    end;
    if v_known then
      v_changed := true;
      if v_one.part > 0 and v_one.seq <> all (coalesce(v_settle, '{}')) then
        v_settle := v_settle || v_one.seq;
      end if;
      if v_one.status = 214 then
        perform mdm.session_close(in_device);
      end if;
    elsif jsonb_array_length(v_stray) < 10 then
      v_stray := v_stray || jsonb_build_object('msg_ref', v_one.msg_ref,
        'cmd_ref', v_one.cmd_ref, 'status', v_one.status, 'seq', v_one.seq);
    end if;
  end loop;
  if v_settle is not null then
    perform mdm.parts_settle(v_session, seq) from unnest(v_settle) seq;
  end if;
  if v_stray <> '[]' then
    perform mdm.event_add(in_device, 'anomaly',
      jsonb_build_object('status', v_stray));
    v_changed := true;
  end if;
  if v_changed then
    perform set_config('fenestra.message', 'changed', true);
  end if;
end
$$;
comment on function management.status is
  'Record the statuses of commands and their parts; what has ended moves to the history.';

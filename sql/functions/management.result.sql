-- SPDX-License-Identifier: ISC
-- Record what commands of the current session brought back, also after they
-- ended; the newest value of each node stays.  Those that match no command
-- leave one event.  An object may come in chunks (in_more), one object at a
-- time, its size with the first.
--
-- Of a node that was given a secret the data are not kept; that is what 200
-- says of an item.  Else
-- gives the status of each item that has another than 200: 213 chunk taken,
-- 413 larger than the setting object_maximum, 424 not of its size; the same
-- again for a repeated message.  Where an item breaks the object before it,
-- management.deliver has the Alert.
create or replace function management.result(in_device uuid,
  in_msg_refs bigint[], in_cmd_refs bigint[], in_uris text[],
  in_formats text[], in_types text[], in_data text[],
  in_more boolean[] default '{}', in_sizes bigint[] default '{}')
returns table (ordinal int, status int)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_message text := current_setting('fenestra.message', true);
  v_number  bigint;
  v_special boolean;
  v_more    mdm.session_more;
  v_secrets boolean;
  v_secret  boolean;
  v_one     record;
  v_open    mdm.chunk;
  v_whole   record;
  v_maximum bigint;
  v_status  int;
  v_answers int[] := '{}';
  v_stray   jsonb := '[]';
  v_seqs    bigint[];
  v_own_seq bigint;
  v_own     boolean;
  v_asked   bigint[];
  v_nodes   text[];
  v_told    text[];
  v_uris    text[];
  v_values  text[];
begin
  if v_message = 'refused' then
    return;
  end if;
  select s.number, s.special into v_number, v_special
    from mdm.session s where s.device = in_device;
  if v_special then
    v_more := mdm.session_more_get(in_device);
  end if;
  if v_message = 'repeated' then
    return query select v_more.result_statuses[i][1],
      v_more.result_statuses[i][2]
      from generate_subscripts(v_more.result_statuses, 1) i order by i;
    return;
  end if;
  select coalesce(s.value, s.preset)::bigint,
         exists (select from mdm.secret_node n where n.device = in_device)
    into strict v_maximum, v_secrets
    from mdm.setting s where s.name = 'object_maximum';

  if cardinality(in_uris) > 0 then
    perform set_config('fenestra.object', '', true);
  end if;

  for v_one in
    select r.msg_ref, r.cmd_ref, coalesce(r.uri, '') as uri, r.format, r.type,
           r.data, coalesce(r.more, false) as more, r.size, r.n::int as n,
           d.seq
      from unnest(in_msg_refs, in_cmd_refs, in_uris, in_formats, in_types,
             in_data, in_more, in_sizes) with ordinality
           as r (msg_ref, cmd_ref, uri, format, type, data, more, size, n)
      left join mdm.delivery d
        on d.device = in_device and d.session = v_number
       and d.msg = r.msg_ref and d.cmd_id = r.cmd_ref
     order by r.n
  loop
    v_status := 200;
    if v_more.object_in then
      select c.* into v_open from mdm.chunk c
       where c.device = in_device and c.chunk = 1;
    end if;
    v_secret := v_secrets and mdm.secret_at(in_device, case
      when v_one.uri = '' and v_more.object_in then v_open.uri
      else v_one.uri end, v_one.format);
    if v_secret then
      -- As long as it is, for it may still have to be put together.
      v_one.data := repeat('*', octet_length(v_one.data));
      v_answers := v_answers || array[[v_one.n, 200]];
      ordinal := v_one.n; status := 200;
      return next;
    end if;
    v_whole := v_one;
    if v_more.object_in then
      if (v_open.msg_ref, v_open.cmd_ref) is distinct from
          (v_one.msg_ref, v_one.cmd_ref)
        or v_one.uri not in ('', v_open.uri) then
        perform mdm.object_break(in_device);
        v_more.object_in := false;
      end if;
    end if;
    if v_one.more or v_more.object_in then
      v_more := mdm.session_more_get(in_device);
      select * into v_whole from mdm.object_take(in_device, v_one.seq,
        v_one.msg_ref, v_one.cmd_ref, v_one.uri, v_one.format, v_one.type,
        v_one.data, v_one.more, v_one.size, v_maximum);
      v_status := v_whole.status;
      v_more.object_in := v_status = 213;
    elsif octet_length(v_one.data) > v_maximum then
      v_status := 413;
    elsif mdm.size_fault(v_one.data, v_one.size) then
      v_status := 424;
    end if;

    if v_status <> 200 then
      v_answers := v_answers || array[[v_one.n, v_status]];
      ordinal := v_one.n; status := v_status;
      return next;
    elsif v_whole.seq is not null and octet_length(v_whole.uri) <= 2048 then
      if v_whole.seq is distinct from v_own_seq then
        v_own_seq := v_whole.seq;
        v_own := exists (select from mdm.command_any c where c.device = in_device
          and c.seq = v_own_seq and c.origin = 'inventory');
      end if;
      if v_own then
        perform set_config('fenestra.message', 'changed', true);
        continue when v_whole.format = 'node';
        v_asked := v_asked || v_whole.seq;
        v_nodes := v_nodes || v_whole.uri;
        v_told := v_told || v_whole.data;
        continue;
      end if;
      insert into mdm.result (device, seq, uri, format, type, data, children)
      values (in_device, v_whole.seq, v_whole.uri, v_whole.format,
        v_whole.type, case when v_secret then '(secret)' else v_whole.data end,
        case when v_whole.format = 'node' and not v_secret
          then mdm.node_children(v_whole.data) end)
      on conflict (device, seq, uri) do update
         set format = excluded.format, type = excluded.type,
             data = excluded.data, children = excluded.children,
             received_at = excluded.received_at;
      v_seqs := v_seqs || v_whole.seq;
      if v_whole.uri ~ '^\./Dev(Info|Detail)/[^?]+$' and not v_secret
         and v_whole.format is distinct from 'node' then
        v_uris := v_uris || v_whole.uri;
        v_values := v_values || v_whole.data;
      end if;
    end if;
    if (v_one.seq is null or octet_length(v_one.uri) > 2048)
      and jsonb_array_length(v_stray) < 10 then
      v_stray := v_stray || jsonb_build_object('msg_ref', v_one.msg_ref,
        'cmd_ref', v_one.cmd_ref, 'uri', left(v_one.uri, 256));
    end if;
    perform set_config('fenestra.message', 'changed', true);
  end loop;

  if v_answers <> '{}' then
    v_more.number := (mdm.session_more_get(in_device)).number;
    update mdm.session_more m
       set result_statuses = v_answers, object_in = coalesce(v_more.object_in, false)
     where m.device = in_device;
  end if;
  if v_seqs is not null then
    perform mdm.node_seen(in_device, v_seqs);
  end if;
  if v_asked is not null then
    perform mdm.inventory_seen(in_device, v_asked, v_nodes, v_told);
  end if;
  if v_uris is not null then
    perform mdm.inventory_set(in_device, v_uris, v_values);
  end if;
  if v_stray <> '[]' then
    perform mdm.event_add(in_device, 'anomaly',
      jsonb_build_object('result', v_stray));
  end if;
end
$$;
comment on function management.result is
  'Record the results of commands, the newest for each node; says which were answered other than 200.';

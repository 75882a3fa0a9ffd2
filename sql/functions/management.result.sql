-- SPDX-License-Identifier: ISC
-- Record what commands of the current session brought back, also after they
-- ended; the newest value of each node stays.  Those that match no command
-- leave one event.
create or replace function management.result(in_device uuid,
  in_msg_refs bigint[], in_cmd_refs bigint[], in_uris text[],
  in_formats text[], in_types text[], in_data text[])
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_session bigint;
  v_one     record;
  v_seq     bigint;
  v_stray   jsonb := '[]';
  v_uris    text[];
  v_values  text[];
begin
  if current_setting('fenestra.message', true) = 'repeated' then
    return;
  end if;
  select s.number into v_session from mdm.session s where s.device = in_device;
  for v_one in
    select r.msg_ref, r.cmd_ref, coalesce(r.uri, '') as uri, r.format, r.type,
           r.data
      from unnest(in_msg_refs, in_cmd_refs, in_uris, in_formats, in_types,
             in_data) with ordinality
           as r (msg_ref, cmd_ref, uri, format, type, data, n)
     order by r.n
  loop
    v_seq := (select d.seq from mdm.delivery d
      where d.device = in_device and d.session = v_session
        and d.msg = v_one.msg_ref and d.cmd_id = v_one.cmd_ref);
    if v_seq is not null and octet_length(v_one.uri) <= 2048 then
      insert into mdm.result (device, seq, uri, format, type, data)
      values (in_device, v_seq, v_one.uri, v_one.format, v_one.type, v_one.data)
      on conflict (device, seq, uri) do update
         set format = excluded.format, type = excluded.type,
             data = excluded.data, received_at = excluded.received_at;
      if v_one.uri ~ '^\./Dev(Info|Detail)/[^?]+$'
         and v_one.format is distinct from 'node' then
        v_uris := v_uris || v_one.uri;
        v_values := v_values || v_one.data;
      end if;
    elsif jsonb_array_length(v_stray) < 10 then
      v_stray := v_stray || jsonb_build_object('msg_ref', v_one.msg_ref,
        'cmd_ref', v_one.cmd_ref, 'uri', left(v_one.uri, 256));
    end if;
    perform set_config('fenestra.message', 'changed', true);
  end loop;
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
  'Record the results of commands, the newest for each node.';

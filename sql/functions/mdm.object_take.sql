-- SPDX-License-Identifier: ISC
-- Take a chunk of an object that a device sends, and give the object with its
-- status: 213 more is to come; 200 it is whole; 413 or 424 it was dropped.
create or replace function mdm.object_take(in_device uuid, in_seq bigint,
  in_msg_ref bigint, in_cmd_ref bigint, in_uri text, in_format text,
  in_type text, in_data text, in_more boolean, in_size bigint,
  in_maximum bigint, out seq bigint, out uri text, out format text,
  out type text, out data text, out status int)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_last  mdm.chunk;
  v_first mdm.chunk;
begin
  select * into v_last from mdm.chunk c where c.device = in_device
   order by c.chunk desc limit 1;
  v_last.octets := coalesce(v_last.octets, 0) + coalesce(octet_length(in_data), 0);
  v_last.chunk := coalesce(v_last.chunk, 0) + 1;
  if v_last.octets > in_maximum or in_size > in_maximum then
    perform mdm.object_drop(in_device);
    status := 413;
    return;
  end if;
  insert into mdm.chunk (device, chunk, seq, msg_ref, cmd_ref, uri, format,
    type, size, data, octets)
  values (in_device, v_last.chunk, in_seq, in_msg_ref, in_cmd_ref, in_uri,
    in_format, in_type, in_size, coalesce(in_data, ''), v_last.octets);
  if in_more then
    status := 213;
    return;
  end if;

  select string_agg(c.data, '' order by c.chunk) into data
    from mdm.chunk c where c.device = in_device;
  select * into v_first from mdm.chunk c
   where c.device = in_device and c.chunk = 1;
  perform mdm.object_drop(in_device);
  status := case when mdm.size_fault(data, v_first.size) then 424 else 200 end;
  seq := v_first.seq;
  uri := v_first.uri;
  format := v_first.format;
  type := v_first.type;
end
$$;
comment on function mdm.object_take is
  'Take a chunk of an object; gives its status and, with the last one, the object.';

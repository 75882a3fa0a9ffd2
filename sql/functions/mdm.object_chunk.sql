-- SPDX-License-Identifier: ISC
-- Cut the next chunk from the data of a command that is too large for a
-- message, if the device takes large objects: it said how much a message may
-- hold, and ./DevDetail/LrgObj is true.  What has variables goes whole, for
-- how long it is only the worker knows.  False when the command goes whole.
create or replace function mdm.object_chunk(in_more mdm.session_more,
  in_seq bigint)
returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_budget  bigint := mdm.message_budget(in_more);
  v_command mdm.command;
  v_rest    text;
  v_room    bigint;
  v_length  bigint;
  v_size    bigint;
begin
  select * into strict v_command from mdm.command c
   where c.device = in_more.device and c.seq = in_seq;
  if v_command.parts > 0 or v_command.data is null or v_command.variables
    or v_command.chunk_start is null and (v_command.size <= v_budget
      or not exists (select from mdm.inventory i
        where i.device = in_more.device and i.uri = './DevDetail/LrgObj'
          and lower(i.value) in ('true', '1'))) then
    return false;
  end if;
  v_rest := substr(v_command.data, coalesce(v_command.chunk_start, 0) + 1);
  v_room := greatest(v_budget - mdm.command_size(v_command.uri,
    v_command.type, null), 256);
  v_length := least(length(v_rest), v_room);
  loop
    v_size := mdm.xml_size(left(v_rest, v_length::int));
    exit when v_size <= v_room;
    v_length := greatest(least(v_length * v_room / v_size, v_length - 1), 1);
  end loop;
  update mdm.command c
     set chunk_start = coalesce(c.chunk_start, 0), chunk_length = v_length
   where c.device = in_more.device and c.seq = in_seq;
  update mdm.session_more m set object_out = in_seq
   where m.device = in_more.device;
  return true;
end
$$;
comment on function mdm.object_chunk is
  'Cut the next chunk of a large object for the device; false when it goes whole.';

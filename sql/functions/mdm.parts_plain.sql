-- SPDX-License-Identifier: ISC
-- The one part of a command that is written as verb, node and data.  MD400:
-- it breaks a rule, which the message names.
create or replace function mdm.parts_plain(in_verb text, in_uri text,
  in_data text, in_format text, in_type text)
returns mdm.part[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fault text := mdm.command_fault(in_verb, in_uri, in_data, in_format, in_type);
  v_part  mdm.part;
begin
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD400';
  end if;
  v_part.part := 1;
  v_part.parent := 0;
  v_part.item := 0;
  v_part.verb := in_verb;
  v_part.uri := in_uri;
  v_part.format := in_format;
  v_part.type := in_type;
  v_part.data := in_data;
  return array[v_part];
end
$$;
comment on function mdm.parts_plain is
  'The one part of a command that is written as verb, node and data, checked.';

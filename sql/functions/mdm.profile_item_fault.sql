-- SPDX-License-Identifier: ISC
-- What is wrong with one item of a profile (mdm.profile_items); null when
-- nothing is.
create or replace function mdm.profile_item_fault(in_item jsonb) returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_verb text := coalesce(in_item ->> 'verb', 'Replace');
  v_kind text := jsonb_typeof(in_item -> 'data');
  v_key  text;
begin
  if in_item is null or jsonb_typeof(in_item) <> 'object' then
    return 'must be an object';
  end if;
  select k into v_key from jsonb_object_keys(in_item) k
   where not k = any ('{verb,uri,format,type,data}')
      or k <> 'data' and jsonb_typeof(in_item -> k) <> 'string'
   limit 1;
  return case
    when v_key = any ('{verb,uri,format,type}') then v_key || ': must be a text'
    when v_key is not null
      then format('has "%s", which is none of verb, uri, format, type and data', v_key)
    when v_kind in ('object', 'array') then 'data: must be a text, a number, true or false'
    when v_verb = 'Get' then 'verb: a profile takes no Get; what can be read is read back'
    when v_verb not in ('Add', 'Replace', 'Delete', 'Exec')
      then 'verb: must be Add, Replace, Delete or Exec'
    else mdm.command_fault(v_verb, btrim(in_item ->> 'uri', E' \t\r\n'),
      in_item ->> 'data', coalesce(in_item ->> 'format',
        case v_kind when 'number' then 'int' when 'boolean' then 'bool'
          else 'chr' end),
      coalesce(in_item ->> 'type', 'text/plain'))
  end;
end
$$;
comment on function mdm.profile_item_fault is
  'What is wrong with one item of a profile; null when nothing is.';

-- SPDX-License-Identifier: ISC
-- The values of a list or text of several lines, parted by U+F000: of a list
-- each with its name, which is a number where it has none.  MD400.
create or replace function mdm.admx_list_value(in_element jsonb, in_value jsonb)
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_pairs boolean := coalesce((in_element->>'pairs')::boolean, false);
  v_kind  text := jsonb_typeof(in_value);
  v_fault text;
begin
  v_fault := case
    when in_element->>'kind' = 'multiText' and v_kind <> 'array' then 'takes an array of lines'
    when v_pairs and v_kind <> 'object' then 'takes an object of names and values'
    when v_kind not in ('array', 'object') then 'takes an array'
    when not v_pairs and v_kind = 'object' then 'takes an array: its values have no names'
    when in_value::text like '%' || U&'\F000' || '%' then 'must not hold U+F000'
  end;
  if v_fault is not null then
    raise exception 'element "%": %', in_element->>'id', v_fault using errcode = 'MD400';
  end if;
  return case
    when v_kind = 'object' then (select string_agg(o.key || U&'\F000' || o.value, U&'\F000' order by o.key)
      from jsonb_each_text(in_value) o)
    when in_element->>'kind' = 'multiText' then (select string_agg(a.value, U&'\F000' order by a.ordinality)
      from jsonb_array_elements_text(in_value) with ordinality a)
    else (select string_agg(a.ordinality || U&'\F000' || a.value, U&'\F000' order by a.ordinality)
      from jsonb_array_elements_text(in_value) with ordinality a) end;
end
$$;
comment on function mdm.admx_list_value is 'The values of a list or text of several lines, as the device wants them.';

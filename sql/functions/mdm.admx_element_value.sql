-- SPDX-License-Identifier: ISC
-- A value for an element of an ADMX policy, as the device wants it.  Lists are
-- arrays, or objects {"name": "value"} for pairs; U+F000 parts what they hold.
-- MD400: it is none for this element.
create or replace function mdm.admx_element_value(in_element jsonb, in_value jsonb)
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_kind   text := in_element->>'kind';
  v_text   text := in_value #>> '{}';
  v_number numeric := mdm.csp_number(v_text);
  v_fault  text;
begin
  if v_kind in ('list', 'multiText') then
    return mdm.admx_list_value(in_element, in_value);
  end if;
  v_fault := case
    when jsonb_typeof(in_value) in ('object', 'array', 'null') then 'takes one value'
    when v_kind = 'boolean' and lower(v_text) not in ('true', 'false') then 'must be true or false'
    when v_kind in ('decimal', 'longDecimal') and v_number is null then 'must be a number'
    when v_number < coalesce((in_element->>'minimum')::numeric, 0) and v_kind in ('decimal', 'longDecimal')
      then 'must not be less than ' || coalesce(in_element->>'minimum', '0')
    when v_number > (in_element->>'maximum')::numeric and v_kind in ('decimal', 'longDecimal')
      then 'must not be more than ' || (in_element->>'maximum')
    when v_kind = 'text' and length(v_text) > (in_element->>'length')::int
      then 'must not be longer than ' || (in_element->>'length')
    when v_kind = 'enum' and not exists (select from jsonb_array_elements(in_element->'values') a
      where lower(a->>'value') = lower(v_text))
      then 'must be one of ' || coalesce((select string_agg(a->>'value', ', ')
        from jsonb_array_elements(in_element->'values') a), 'nothing')
  end;
  if v_fault is not null then
    raise exception 'element "%": %', in_element->>'id', v_fault using errcode = 'MD400';
  end if;
  return case when v_kind = 'boolean' then lower(v_text) else v_text end;
end
$$;
comment on function mdm.admx_element_value is
  'A value for an element of an ADMX policy, as the device wants it.';

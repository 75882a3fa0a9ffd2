-- SPDX-License-Identifier: ISC
-- Which rule of a node a value breaks; null when none does, or when the rule
-- is none that can be tried here: prose, an XSD, a pattern in another dialect.
create or replace function mdm.csp_value_fault(in_node mdm.csp_node, in_data text)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_values text[] := case when in_node.delimiter is null then array[in_data]
    else string_to_array(in_data, in_node.delimiter) end;
  v_rule   text := in_node.allowed->0->>'value';
  v_value  text;
begin
  case in_node.value_type
  when 'XSD' then
    return case when not xml_is_well_formed_document(in_data)
      then 'must be an XML document' end;
  when 'JSON' then
    perform in_data::json;
    return null;
  when 'ADMX' then
    return mdm.admx_data_fault(in_data, null);
  else
    foreach v_value in array v_values loop
      if mdm.csp_value_good(in_node, v_value, v_rule) is false then
        return case in_node.value_type
          when 'Range' then v_value || ' is not in ' || v_rule
          when 'RegEx' then '"' || v_value || '" does not match ' || v_rule
          when 'Flag' then v_value || ' is no sum of ' || mdm.csp_words(in_node.allowed)
          else '"' || v_value || '" is none of ' || mdm.csp_words(in_node.allowed) end;
      end if;
    end loop;
  end case;
  return null;
exception when invalid_text_representation then
  return 'must be JSON';
end
$$;
comment on function mdm.csp_value_fault is 'Which rule of a node a value breaks; null when none.';

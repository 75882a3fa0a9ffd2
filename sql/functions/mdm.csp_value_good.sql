-- SPDX-License-Identifier: ISC
-- Whether a node takes one value; null when that cannot be said.
create or replace function mdm.csp_value_good(in_node mdm.csp_node, in_value text,
  in_rule text)
returns boolean
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_number numeric := mdm.csp_number(in_value);
begin
  case in_node.value_type
  when 'ENUM' then
    return exists (select from jsonb_array_elements(in_node.allowed) a
      where lower(btrim(a.value->>'value')) = lower(btrim(in_value))
         or mdm.csp_number(a.value->>'value') = v_number);
  when 'Range' then
    -- [0-100], [3], or several of these.
    if in_rule !~ '^\s*(\[-?[0-9]{1,30}(-(-?[0-9]{1,30}))?\][\s,;]*)+$' then
      return null;
    end if;
    return v_number is not null and exists (
      select from regexp_matches(in_rule, '\[(-?[0-9]+)(?:-(-?[0-9]+))?\]', 'g') m
       where v_number between m[1]::numeric and coalesce(m[2], m[1])::numeric);
  when 'Flag' then
    if v_number is null or v_number <> trunc(v_number) or v_number < 0
      or v_number > 9223372036854775807 then
      return false;
    end if;
    return v_number::bigint & ~(select coalesce(bit_or(mdm.csp_number(a.value->>'value')::bigint), -1)
      from jsonb_array_elements(in_node.allowed) a) = 0;
  when 'RegEx' then
    return in_value ~ ('^(?:' || in_rule || ')$');
  else
    return null;
  end case;
exception when invalid_regular_expression then
  return null;
end
$$;
comment on function mdm.csp_value_good is 'Whether a node takes one value; null when that cannot be said.';

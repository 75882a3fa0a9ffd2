-- SPDX-License-Identifier: ISC
-- Whether a value fits one comparison of a rule (mdm.rule_fits).  No value
-- fits nothing but exists with false.  Order is that of numbers where the rule
-- gives a number, of versions where both are numbers with dots between, else
-- of the characters' codes, as it is right for ISO 8601.
create or replace function mdm.rule_compare(in_have text, in_op text,
  in_want jsonb)
returns boolean
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_text  text := in_want #>> '{}';
  v_order int;
begin
  if in_op = 'exists' then
    return (in_have is not null) = coalesce(v_text::boolean, true);
  elsif in_have is null then
    return false;
  elsif in_op in ('=', '<>') then
    return mdm.rule_same(in_have, in_want) = (in_op = '=');
  elsif in_op = 'in' then
    return exists (select from jsonb_array_elements(in_want) w
                    where mdm.rule_same(in_have, w.value));
  elsif in_op = 'like' then
    return lower(in_have) like lower(replace(replace(replace(replace(replace(
      v_text, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%'), '?', '_'));
  end if;

  if jsonb_typeof(in_want) = 'number' then
    if in_have !~ '^\s*[+-]?[0-9]{1,30}(\.[0-9]{1,30})?\s*$' then
      return false;
    end if;
    v_order := sign(in_have::numeric - v_text::numeric);
  elsif in_have ~ '^[0-9]{1,18}(\.[0-9]{1,18})*$'
    and v_text ~ '^[0-9]{1,18}(\.[0-9]{1,18})*$' then
    v_order := btarraycmp(string_to_array(in_have, '.')::bigint[],
      string_to_array(v_text, '.')::bigint[]);
  else
    v_order := bttextcmp(in_have collate "C", v_text collate "C");
  end if;
  return case in_op when '<' then v_order < 0 when '<=' then v_order <= 0
    when '>' then v_order > 0 when '>=' then v_order >= 0 end;
end
$$;
comment on function mdm.rule_compare is
  'Whether a value fits one comparison of a rule.';

-- SPDX-License-Identifier: ISC
-- Whether a value is the one that a rule asks for: a number as a number, true
-- and false also as 1 and 0, text whatever its letter case.
create or replace function mdm.rule_same(in_have text, in_want jsonb)
returns boolean
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case jsonb_typeof(in_want)
    when 'number' then case
      when in_have ~ '^\s*[+-]?[0-9]{1,30}(\.[0-9]{1,30})?\s*$'
        then in_have::numeric = (in_want #>> '{}')::numeric
      else false end
    when 'boolean' then lower(in_have)
      in (in_want #>> '{}', case in_want #>> '{}' when 'true' then '1' else '0' end)
    else lower(in_have) = lower(in_want #>> '{}')
  end;
end
$$;
comment on function mdm.rule_same is
  'Whether a value is the one that a rule asks for.';

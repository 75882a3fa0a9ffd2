-- SPDX-License-Identifier: ISC
-- What is wrong with a group; null when nothing is.
create or replace function mdm.group_fault(in_name text, in_rule jsonb,
  in_description text)
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when in_name is null or in_name !~ '^[^[:cntrl:]]{1,64}$' or in_name ~ '^\s|\s$'
      then 'name: must be 1 to 64 characters, none of them a control, no blank at its ends'
    when in_name = 'all' then 'name: the group "all" cannot be changed'
    when in_rule is not null then mdm.rule_fault(in_rule)
    when length(in_description) > 1000 then 'description: is longer than 1000 characters'
  end;
end
$$;
comment on function mdm.group_fault is
  'What is wrong with a group; null when nothing is.';

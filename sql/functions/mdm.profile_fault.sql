-- SPDX-License-Identifier: ISC
-- What is wrong with a profile as a whole, whose items are good each; null
-- when nothing is.
create or replace function mdm.profile_fault(in_new mdm.profile,
  in_items mdm.profile_item[])
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when in_new.name is null or in_new.name !~ '^[^[:cntrl:]]{1,64}$'
        or in_new.name ~ '^\s|\s$'
      then 'name: must be 1 to 64 characters, none of them a control, no blank at its ends'
    when num_nulls(in_new.atomic, in_new.restore) > 0
      then 'atomic, restore: must be true or false'
    when in_new.priority is null or in_new.priority not between -1000 and 1000
      then 'priority: must be from -1000 to 1000'
    when length(in_new.description) > 1000
      then 'description: is longer than 1000 characters'
    when in_new.rule is not null and mdm.rule_fault(in_new.rule) is not null
      then mdm.rule_fault(in_new.rule)
    when in_new.atomic and cardinality(in_items) > 1 then mdm.parts_fault((
      select row(null, null, 1, 0, 0, 'Atomic', null, null, null,
               null, null, false, null, null)::mdm.part || array_agg(row(null,
               null, i.item + 1, 1, 0, i.verb, i.uri, i.format, i.type, i.data,
               null, false, null, null)::mdm.part order by i.item)
        from unnest(in_items) i))
  end;
end
$$;
comment on function mdm.profile_fault is
  'What is wrong with a profile as a whole; null when nothing is.';

-- SPDX-License-Identifier: ISC
-- Which rule a roll-out breaks; null when it is good.
create or replace function mdm.rollout_fault(in_name text, in_group text,
  in_rule jsonb, in_waves numeric[], in_soak int, in_advance_percent numeric,
  in_halt_failures int, in_halt_percent numeric, in_halt_after int)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when in_name is null or in_name !~ '^[A-Za-z0-9._-]{1,64}$'
      then 'name: must be 1 to 64 of A-Z a-z 0-9 . _ -'
    when in_group is not null and not exists (select from mdm.group g
      where g.name = in_group) then format('group: there is no "%s"', in_group)
    when in_rule is not null and mdm.rule_fault(in_rule) is not null
      then mdm.rule_fault(in_rule)
    when in_waves is null or cardinality(in_waves) not between 1 and 100
      or array_position(in_waves, null) is not null
      or exists (select from unnest(in_waves) with ordinality w (percent, n)
        where w.percent not between 0.01 and 100
           or w.percent <= in_waves[w.n - 1])
      then 'waves: must be growing numbers of percent, from 0.01 to 100'
    when in_soak not between 0 and 100000
      then 'soak: must be minutes from 0 to 100000, or null'
    when in_advance_percent is null or in_advance_percent not between 0 and 100
      then 'advance_percent: must be from 0 to 100'
    when in_halt_failures < 1 then 'halt_failures: must be at least 1, or null'
    when in_halt_percent not between 0 and 100
      then 'halt_percent: must be from 0 to 100, or null'
    when in_halt_after is null or in_halt_after < 1
      then 'halt_after: must be at least 1'
  end;
end
$$;
comment on function mdm.rollout_fault is
  'Which rule a roll-out breaks; null when it is good.';

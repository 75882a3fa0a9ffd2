-- SPDX-License-Identifier: ISC
-- Make a group of devices, or change it whole: those of whom the rule is true
-- (mdm.rule_fits) and those that stand in it by name.  in_members null leaves
-- these as they are.  Says whether anything changed.  MD400: the rule that is
-- broken; MD404: no such device.
create or replace function admin.group_set(in_name text,
  in_rule jsonb default null, in_members uuid[] default null,
  in_description text default null)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fault text := mdm.group_fault(in_name, in_rule, in_description);
  v_old   mdm.group;
  v_found boolean;
  v_count int := 0;
begin
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD400';
  end if;
  perform mdm.desired_lock();
  select g.* into v_old from mdm.group g where g.name = in_name;
  v_found := found;
  if in_members is not null then
    v_count := mdm.group_members(in_name, in_members);
  end if;
  if v_found and v_count = 0 and (v_old.rule, v_old.description)
      is not distinct from (in_rule, in_description) then
    return false;
  end if;
  insert into mdm.group (name, rule, description)
  values (in_name, in_rule, in_description)
  on conflict (name) do update
     set rule = excluded.rule, description = excluded.description;
  if v_count > 0 or v_old.rule is distinct from in_rule then
    perform mdm.revision_raise();
  end if;
  perform mdm.event_add(null, 'group.set', jsonb_build_object('name', in_name,
    'rule', in_rule, 'members', cardinality(in_members)));
  return true;
end
$$;
comment on function admin.group_set is
  'Make a group of devices, by a rule, by name or both, or change it whole; says whether anything changed.';

-- SPDX-License-Identifier: ISC
-- Make a rule of compliance, or change it whole: in_rule, as group_set takes
-- it, has to be true of the devices of in_group (null: all).  A device that
-- breaks it for more than in_grace hours is not compliant: that is an event
-- (compliance.broken), and with in_tag_group it stands in that group until the
-- rule is true again.  Each device is compared when it next comes.  Says
-- whether anything changed.  MD400: what is wrong.
create or replace function admin.compliance_set(in_name text, in_rule jsonb,
  in_grace int default 0, in_group text default null,
  in_tag_group text default null, in_description text default null)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fault text;
begin
  select case
    when in_name is null or in_name !~ '^[A-Za-z0-9._-]{1,64}$'
      then 'name: must be 1 to 64 of A-Z a-z 0-9 . _ -'
    when mdm.rule_fault(in_rule) is not null then mdm.rule_fault(in_rule)
    when in_grace is null or in_grace not between 0 and 8760
      then 'grace: must be hours from 0 to 8760'
    when length(in_description) > 1000
      then 'description: is longer than 1000 characters'
    when in_tag_group = 'all' then 'tag_group: every device is in "all"'
    when exists (select from mdm.compliance_rule r where r.name = in_name
      and r.tag_group is distinct from in_tag_group and r.tag_group is not null)
      then 'tag_group: cannot be changed; remove the rule first'
    else (select format('group: there is no "%s"', g)
            from unnest(array[in_group, in_tag_group]) g
           where g is not null and not exists (select from mdm.group o
             where o.name = g) limit 1)
  end into v_fault;
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD400';
  end if;
  perform mdm.desired_lock();
  insert into mdm.compliance_rule as r (name, rule, device_group, grace,
    tag_group, description)
  values (in_name, in_rule, in_group, in_grace, in_tag_group, in_description)
  on conflict (name) do update
     set rule = excluded.rule, device_group = excluded.device_group,
         grace = excluded.grace, tag_group = excluded.tag_group,
         description = excluded.description
   where (r.rule, r.device_group, r.grace, r.tag_group, r.description)
     is distinct from (excluded.rule, excluded.device_group, excluded.grace,
       excluded.tag_group, excluded.description);
  if not found then
    return false;
  end if;
  perform mdm.revision_raise();
  perform mdm.event_add(null, 'compliance.set', jsonb_build_object(
    'name', in_name, 'rule', in_rule, 'group', in_group, 'grace', in_grace,
    'tag_group', in_tag_group));
  return true;
end
$$;
comment on function admin.compliance_set is
  'Make a rule of compliance, or change it whole; says whether anything changed.';

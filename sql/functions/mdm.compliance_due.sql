-- SPDX-License-Identifier: ISC
-- Compare a device, whose lock is held, with the rules of compliance that are
-- for it.  One that it breaks longer than its grace is an event and, where the
-- rule has it so, puts the device into a group until it holds again.  Says
-- when the first grace ends.
create or replace function mdm.compliance_due(in_device uuid)
returns timestamptz
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rule  record;
  v_state text;
  v_since timestamptz;
  v_due   timestamptz := 'infinity';
begin
  for v_rule in
    select r.*, c.state, c.since, c.name is not null as known,
           mdm.in_group(in_device, r.device_group)
             and not mdm.rule_fits(in_device, r.rule) as broken,
           mdm.in_group(in_device, r.device_group) as meant
      from mdm.compliance_rule r
      left join mdm.compliance c on c.device = in_device and c.name = r.name
     order by r.name
  loop
    v_since := case when v_rule.broken and v_rule.state in ('grace', 'broken')
      or not v_rule.broken and v_rule.state = 'compliant'
      then v_rule.since else now() end;
    v_state := case
      when not v_rule.broken then 'compliant'
      when v_since + make_interval(hours => v_rule.grace) <= now() then 'broken'
      else 'grace' end;
    if v_state = 'grace' then
      v_due := least(v_due, v_since + make_interval(hours => v_rule.grace));
    end if;
    if not v_rule.meant then
      delete from mdm.compliance c
       where c.device = in_device and c.name = v_rule.name;
    elsif v_state is distinct from v_rule.state then
      insert into mdm.compliance as c (device, name, state, since, due_at)
      values (in_device, v_rule.name, v_state, v_since, case v_state
        when 'grace' then v_since + make_interval(hours => v_rule.grace)
        else 'infinity' end)
      on conflict (device, name) do update
         set state = excluded.state, since = excluded.since,
             due_at = excluded.due_at;
    end if;
    perform mdm.compliance_tell(in_device, v_rule.name, v_rule.tag_group,
      coalesce(v_rule.state = 'broken', false), v_state = 'broken');
  end loop;
  return v_due;
end
$$;
comment on function mdm.compliance_due is
  'Compare a device with the rules of compliance; says when to look again.';

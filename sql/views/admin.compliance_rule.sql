-- SPDX-License-Identifier: ISC
-- What has to be true of devices, and of how many it is.
create or replace view admin.compliance_rule as
select r.name, r.rule, r.device_group, r.grace, r.tag_group, r.description,
       n.compliant, n.grace as in_grace, n.broken
  from mdm.compliance_rule r
 cross join lateral (
   select count(*) filter (where c.state = 'compliant') as compliant,
          count(*) filter (where c.state = 'grace') as grace,
          count(*) filter (where c.state = 'broken') as broken
     from mdm.compliance c where c.name = r.name) n;
comment on view admin.compliance_rule is
  'What has to be true of devices, and of how many it is.';
comment on column admin.compliance_rule.name is 'The name that compliance_set takes.';
comment on column admin.compliance_rule.rule is 'What has to be true.';
comment on column admin.compliance_rule.device_group is 'Of the devices of which group; null: of all.';
comment on column admin.compliance_rule.grace is 'Hours for which it may be untrue.';
comment on column admin.compliance_rule.tag_group is 'The group in which devices stand that break it.';
comment on column admin.compliance_rule.description is 'What it is about.';
comment on column admin.compliance_rule.compliant is 'Devices of which it is true; who has not come since is not counted.';
comment on column admin.compliance_rule.in_grace is 'Devices of which it is not true for less than that time.';
comment on column admin.compliance_rule.broken is 'Devices of which it is not true for longer.';

-- SPDX-License-Identifier: ISC
-- Which devices are compliant.
create or replace view admin.compliance as
select c.device, c.name as rule,
       case when c.state = 'grace' and c.due_at <= now() then 'broken'
            else c.state end as state,
       c.since, nullif(c.due_at, 'infinity') as due_at
  from mdm.compliance c;
comment on view admin.compliance is
  'Which devices are compliant with which rule.';
comment on column admin.compliance.device is 'The device (device.id).';
comment on column admin.compliance.rule is 'The rule (compliance_rule.name).';
comment on column admin.compliance.state is 'compliant; grace: the rule is not true, but not for long; broken.';
comment on column admin.compliance.since is 'Since when the rule is true, or is not.';
comment on column admin.compliance.due_at is 'When the grace ends.';

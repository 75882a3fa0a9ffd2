-- SPDX-License-Identifier: ISC
-- Which devices are in which group.
create or replace view admin.group_device as
select g.name, d.device, m.device is not null as member
  from mdm.group g
 cross join mdm.device d
  left join mdm.group_member m on m.device = d.device and m.name = g.name
 where d.state in ('enrolling', 'enrolled', 'blocked')
   and (m.device is not null or g.rule is not null and admin.rule_fits(d.device, g.rule));
comment on view admin.group_device is
  'The devices of each group as of now; ask for one group or one device.';
comment on column admin.group_device.name is 'The group.';
comment on column admin.group_device.device is 'The device (device.id).';
comment on column admin.group_device.member is 'Whether it stands in it by name; else the rule is true of it.';

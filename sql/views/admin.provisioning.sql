-- SPDX-License-Identifier: ISC
-- The provisioning rules, in the order in which they count.
create or replace view admin.provisioning as
select r.number, r.name, r.device_types, r.os_from, r.os_before,
       r.enrollment_type, r.enrollment_group, r.settings
  from mdm.provisioning_rule r
 order by r.number;
comment on view admin.provisioning is
  'The provisioning rules, in the order in which they count.';
comment on column admin.provisioning.number is 'Of several rules that fit the least number counts.';
comment on column admin.provisioning.name is 'What the administrator calls it.';
comment on column admin.provisioning.device_types is 'DeviceType, in any letter case; null: any.';
comment on column admin.provisioning.os_from is 'The first OSVersion; null: any.';
comment on column admin.provisioning.os_before is 'The first OSVersion that is too new; null: none is.';
comment on column admin.provisioning.enrollment_type is 'EnrollmentType; null: any.';
comment on column admin.provisioning.enrollment_group is 'The group it enrolled into; null: any.';
comment on column admin.provisioning.settings is 'Value by name of setting.';

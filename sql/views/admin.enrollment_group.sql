-- SPDX-License-Identifier: ISC
-- What must be true of a device and its user for it to enroll.
create or replace view admin.enrollment_group as
select g.name, g.state, g.devices_per_user, g.devices, g.device_types,
       g.os_editions, g.minimum_os_version, g.registered, g.approval, g.message
  from mdm.enrollment_group g;
comment on view admin.enrollment_group is
  'What must be true of a device and its user for it to enroll; null means anything.';
comment on column admin.enrollment_group.name is 'The name that way_set and token_create take.';
comment on column admin.enrollment_group.state is 'open; maintenance (InMaintenance); closed (NotSupported).';
comment on column admin.enrollment_group.devices_per_user is 'DeviceCapReached when a user has as many, in whatever group.';
comment on column admin.enrollment_group.devices is 'UserLicense when the group has as many.';
comment on column admin.enrollment_group.device_types is 'DeviceNotSupported for other DeviceTypes.';
comment on column admin.enrollment_group.os_editions is 'DeviceNotSupported for other OSEditions.';
comment on column admin.enrollment_group.minimum_os_version is 'DeviceNotSupported below it.';
comment on column admin.enrollment_group.registered is 'DeviceNotSupported for devices that device_register does not know.';
comment on column admin.enrollment_group.approval is 'Whether its devices wait for approve, whatever the setting approval says.';
comment on column admin.enrollment_group.message is 'What Windows shows (CustomServerError); null: the setting refusal_message.';

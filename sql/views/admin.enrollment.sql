-- SPDX-License-Identifier: ISC
-- Every enrollment that was granted, without its secrets.
create or replace view admin.enrollment as
select e.device, e.number, e.upn, e.device_id, e.enrollment_type,
       e.requested_at, e.context, e.credential, e.enrollment_group,
       e.token
  from mdm.enrollment e;
comment on view admin.enrollment is
  'Every enrollment that was granted, without its secrets.';
comment on column admin.enrollment.device is 'The device (device.id).';
comment on column admin.enrollment.number is 'Counts the enrollments of the device.';
comment on column admin.enrollment.upn is 'The user who signed in.';
comment on column admin.enrollment.device_id is 'DeviceID of the request.';
comment on column admin.enrollment.enrollment_type is 'Full for a user, Device for a machine.';
comment on column admin.enrollment.requested_at is 'When the certificate was reserved.';
comment on column admin.enrollment.context is 'The AdditionalContext in the order sent: [{"name": ..., "value": ...}, ...].';
comment on column admin.enrollment.credential is 'password, directory, token, federated or jwt; null: never admitted.';
comment on column admin.enrollment.enrollment_group is 'Whose restrictions held (enrollment_group.name).';
comment on column admin.enrollment.token is 'The token that it used (token.id).';

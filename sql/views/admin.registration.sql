-- SPDX-License-Identifier: ISC
-- Devices that are known before they enroll.
create or replace view admin.registration as
select r.enrollment_group, r.kind, r.value, r.created_at
  from mdm.registration r;
comment on view admin.registration is 'Devices that are known before they enroll.';
comment on column admin.registration.enrollment_group is 'The group (enrollment_group.name).';
comment on column admin.registration.kind is 'serial_number, model or hardware_id.';
comment on column admin.registration.value is 'In lower case.';
comment on column admin.registration.created_at is 'When it was registered.';

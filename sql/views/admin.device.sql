-- SPDX-License-Identifier: ISC
-- The devices that have enrolled, or begun to.
create or replace view admin.device as
select d.device as id, d.device_id, d.name, d.upn, d.manufacturer, d.model,
       d.serial_number, d.os_version,
       case when d.awaiting_approval and d.state in ('enrolling', 'enrolled')
         then 'pending'
              when d.state = 'retired' and d.wiped_at is not null then 'wiped'
              else d.state end as state, d.enrolled_at,
       s.seen_at as last_seen_at, s.login_status, d.created_at,
       d.enrollment_group
  from mdm.device d
  left join mdm.session s on s.device = d.device;
comment on view admin.device is
  'The devices that have enrolled, or begun to.';
comment on column admin.device.id is 'What the functions of this schema call in_device.';
comment on column admin.device.device_id is 'The clients name for itself: Source/LocURI of its messages.';
comment on column admin.device.name is 'Device name, as the device last reported it.';
comment on column admin.device.upn is 'The user who enrolled it.';
comment on column admin.device.manufacturer is './DevInfo/Man.';
comment on column admin.device.model is './DevInfo/Mod.';
comment on column admin.device.serial_number is './DevDetail/Ext/Microsoft/SMBIOSSerialNumber, once it was asked for.';
comment on column admin.device.os_version is 'From the enrollment, then ./DevDetail/SwV.';
comment on column admin.device.state is 'enrolling until its first message; then enrolled, blocked, unenrolled, retired or wiped; pending: is given no command until approve.';
comment on column admin.device.enrolled_at is 'When its newest certificate was issued.';
comment on column admin.device.last_seen_at is 'Its last message.';
comment on column admin.device.login_status is 'user, others or none, as reported in its last session; null when not reported.';
comment on column admin.device.created_at is 'When it first asked to enroll.';
comment on column admin.device.enrollment_group is 'Whose restrictions held when it enrolled (enrollment_group.name).';

-- SPDX-License-Identifier: ISC
-- Files that devices were asked for, and those that came.
create or replace view admin.upload as
select u.upload as id, u.device, u.action, u.created_at, u.expires_at,
       u.received_at, case when u.received_at is not null then u.file end as file,
       u.size, encode(u.content_sha256, 'hex') as sha256
  from mdm.upload u;
comment on view admin.upload is
  'Files that devices were asked for, and those that came.';
comment on column admin.upload.id is 'Its id.';
comment on column admin.upload.device is 'The device (device.id).';
comment on column admin.upload.action is 'What asked for it (action.id).';
comment on column admin.upload.created_at is 'When it was asked for.';
comment on column admin.upload.expires_at is 'Not taken from then on.';
comment on column admin.upload.received_at is 'When it came.';
comment on column admin.upload.file is 'Its name in the folder FENESTRA_UPLOADS.';
comment on column admin.upload.size is 'Octets.';
comment on column admin.upload.sha256 is 'Their SHA-256.';

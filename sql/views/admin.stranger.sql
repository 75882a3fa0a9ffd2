-- SPDX-License-Identifier: ISC
-- Devices of ours that the database does not know.
create or replace view admin.stranger as
select encode(s.sha256, 'hex') as certificate, s.name as device, s.device_id,
       d.device is not null as known, d.upn, s.not_after, s.first_at, s.last_at
  from mdm.stranger s
  left join mdm.device d on d.device::text = s.name
 where s.not_after > now();
comment on view admin.stranger is
  'Who came with a good certificate of ours that the database does not have: recover().';
comment on column admin.stranger.certificate is 'SHA-256 of the certificate, in hexadecimal.';
comment on column admin.stranger.device is 'Its common name: device.id, where we issued it.';
comment on column admin.stranger.device_id is 'The client''s name for the device; null when its message could not be read.';
comment on column admin.stranger.known is 'Whether the database has the device, and only not this certificate.';
comment on column admin.stranger.upn is 'The user of the device, if it is known.';
comment on column admin.stranger.not_after is 'When the certificate ends.';
comment on column admin.stranger.first_at is 'When it first came.';
comment on column admin.stranger.last_at is 'When it last came.';

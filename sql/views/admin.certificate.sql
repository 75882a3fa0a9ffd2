-- SPDX-License-Identifier: ISC
-- The certificates of devices, one row for each serial.
create or replace view admin.certificate as
select c.device, c.enrollment, encode(c.serial, 'hex') as serial,
       encode(c.sha256, 'hex') as sha256, encode(c.sha1, 'hex') as sha1,
       c.state, c.reason, c.not_before, c.not_after, c.issued_at, c.seen_at,
       c.revoked_at, encode(c.issuer, 'hex') as issuer,
       c.generation, encode(c.renews, 'hex') as renews, c.renewal_asked
  from mdm.certificate c;
comment on view admin.certificate is
  'The certificates of devices, one row for each serial.';
comment on column admin.certificate.device is 'The device (device.id).';
comment on column admin.certificate.enrollment is 'The enrollment (enrollment.number).';
comment on column admin.certificate.serial is 'In hexadecimal.';
comment on column admin.certificate.sha256 is 'Fingerprint, as certificate_revoke takes it; null until issued.';
comment on column admin.certificate.sha1 is 'Thumbprint, the name of its node in CertificateStore.';
comment on column admin.certificate.state is 'reserved until it is signed; issued; superseded once a later one was used; revoked.';
comment on column admin.certificate.reason is 'Why it was revoked: administrator or unenrolled.';
comment on column admin.certificate.not_before is 'Begin of validity.';
comment on column admin.certificate.not_after is 'End of validity.';
comment on column admin.certificate.issued_at is 'When it was stored.';
comment on column admin.certificate.seen_at is 'When a message first came with it.';
comment on column admin.certificate.revoked_at is 'When it was revoked.';
comment on column admin.certificate.issuer is 'The CA that signed it (authority.sha256).';
comment on column admin.certificate.generation is 'Counts the renewals since its enrollment; 0: by enrollment itself.';
comment on column admin.certificate.renews is 'Serial of the certificate that it renews, in hexadecimal.';
comment on column admin.certificate.renewal_asked is 'When admin.renew had the device renew it.';

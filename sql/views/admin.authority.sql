-- SPDX-License-Identifier: ISC
-- The CAs that sign for devices or are trusted by them, and what hangs on each.
create or replace view admin.authority as
select encode(a.sha256, 'hex') as sha256, a.role, a.subject, a.not_before,
       a.not_after, a.first_at, a.warned, a.crl_number, a.crl_at,
       (select count(*) from mdm.certificate c
         where c.issuer = a.sha256 and c.state = 'issued'
           and c.not_after > now()) as certificates
  from mdm.authority a;
comment on view admin.authority is
  'The CAs that sign for devices or are trusted by them, and what hangs on each.';
comment on column admin.authority.sha256 is 'Fingerprint of its certificate, in hexadecimal.';
comment on column admin.authority.role is 'issuing, root of that, or trusted besides: as the signer last had it.';
comment on column admin.authority.subject is 'Its name.';
comment on column admin.authority.not_before is 'Begin of validity.';
comment on column admin.authority.not_after is 'End of validity: everything under it ends with it.';
comment on column admin.authority.first_at is 'When the signer first saw it.';
comment on column admin.authority.warned is 'The last warning that was given, days before its end; null for none.';
comment on column admin.authority.crl_number is 'Number of the last CRL; 0 for none.';
comment on column admin.authority.crl_at is 'When that was written.';
comment on column admin.authority.certificates is 'Good certificates of devices that it signed: 0 when it can go.';

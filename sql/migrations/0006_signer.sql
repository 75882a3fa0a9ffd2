-- SPDX-License-Identifier: ISC
-- The signer signs what a certificate's row says, so the row has to say all:
-- the key as well.  The authorities that sign are rows of their own: what is
-- trusted, until when, and how far the numbers of their CRLs have come.
set local citus.enable_local_reference_table_foreign_keys = off;
set local citus.multi_shard_modify_mode = 'sequential';

alter table mdm.certificate add column public_key bytea;
alter table mdm.certificate add column issuer bytea;
comment on column mdm.certificate.public_key is
  'The key that is certified: a SubjectPublicKeyInfo in DER.  Null before migration 6.';
comment on column mdm.certificate.issuer is
  'SHA-256 of the CA certificate that it was signed with.  Null before migration 6.';

-- What a CRL is made of; few rows, and never one that a message touches.
create index on mdm.certificate (not_after) where state in ('revoked', 'superseded');

create table mdm.authority (
  sha256     bytea primary key,
  role       text not null check (role in ('issuing', 'root', 'trusted')),
  subject    text not null,
  not_before timestamptz not null,
  not_after  timestamptz not null,
  content    bytea not null,
  first_at   timestamptz not null default now(),
  warned     int,
  crl_number bigint not null default 0,
  crl_at     timestamptz
);
select mdm.distribute('mdm.authority');
comment on table mdm.authority is
  'The CAs that the signer signs with or was told that devices are trusted by.';
comment on column mdm.authority.role is
  'What the signer had it for when it last looked: issuing, root of that, or trusted besides.';
comment on column mdm.authority.content is 'The certificate in DER.';
comment on column mdm.authority.first_at is 'When the signer first saw it.';
comment on column mdm.authority.warned is
  'The last warning that there was an event for: days before its end, 0 for the end itself.';
comment on column mdm.authority.crl_number is 'Number of the last CRL that it signed.';

insert into mdm.setting (name, preset, pattern, reader, description) values
('signer_rate', '6000', '0|[1-9][0-9]{0,6}', '{signer}',
 'Certificates that a signer signs in a minute; 0 means as many as are asked for.'),
('crl_hours', '168', '[1-9][0-9]{0,3}', '{signer}',
 'Hours after which the next CRL is promised: a front server refuses every device once they are over.');

-- A certificate is now stored by the signer alone, and the key itself is
-- reserved instead of its hash.
drop function if exists enrollment.issue(uuid, bytea, bytea, bytea, bytea);
drop function if exists enrollment.reserve(text, text, text, bytea, bytea,
  bytea, text, text, text, bytea, bytea, text[], text[]);
drop function if exists mdm.enrollment_add(uuid, text, text, text, bytea,
  bytea, bytea, text, text, text, bytea, bytea, text[], text[]);

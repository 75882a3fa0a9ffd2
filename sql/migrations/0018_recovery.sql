-- SPDX-License-Identifier: ISC
-- Recovery: devices that the database does not know because it is older than
-- they are, as after a restore from a backup.
set local citus.enable_local_reference_table_foreign_keys = off;
set local citus.multi_shard_modify_mode = 'sequential';

create table mdm.stranger (
  sha256     bytea primary key,
  sha1       bytea not null,
  content    bytea not null,
  issuer     bytea not null,
  serial     bytea not null,
  name       text not null,
  device_id  text,
  not_before timestamptz not null,
  not_after  timestamptz not null,
  first_at   timestamptz not null default now(),
  last_at    timestamptz not null default now()
);
select mdm.distribute('mdm.stranger', 'sha256', 'none');
comment on table mdm.stranger is
  'Good certificates of our CAs that somebody came with and that no device has.';
comment on column mdm.stranger.content is 'The certificate in DER.';
comment on column mdm.stranger.issuer is 'SHA-256 of the CA certificate that signed it.';
comment on column mdm.stranger.name is 'Its common name: device.id, where we issued it.';
comment on column mdm.stranger.device_id is 'Source/LocURI of the message; null when it could not be read.';

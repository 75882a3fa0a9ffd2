-- SPDX-License-Identifier: ISC
-- Devices, their enrollments and certificates, their one session, and the
-- audit trail.  Every table leads with the device.
set local citus.enable_local_reference_table_foreign_keys = off;
set local citus.multi_shard_modify_mode = 'sequential';

create table mdm.device (
  device        uuid primary key,
  device_id     text not null,
  upn           text not null,
  state         text not null default 'enrolling' check (state in
                ('enrolling', 'enrolled', 'blocked', 'unenrolled', 'retired')),
  name          text,
  manufacturer  text,
  model         text,
  serial_number text,
  os_version    text,
  created_at    timestamptz not null default now(),
  enrolled_at   timestamptz
);
create index on mdm.device (device_id);
select mdm.distribute('mdm.device', 'device');
comment on table mdm.device is 'One device of one user; it outlives its enrollments.';
comment on column mdm.device.device is 'The server''s name for it, and the CN of its certificates.';
comment on column mdm.device.device_id is 'The client''s name for it: Source/LocURI of its messages.';
comment on column mdm.device.upn is 'The user who enrolled it.';
comment on column mdm.device.state is
  'enrolling until its first message; then enrolled, blocked, unenrolled or retired.';
comment on column mdm.device.enrolled_at is 'When the newest certificate was issued.';

-- Counters stand apart from the device so that a million commands queued at
-- once rewrite only these small rows, and so that the server itself (the nil
-- uuid) can count its events.
create table mdm.counter (
  device  uuid primary key,
  command bigint not null default 0,
  event   bigint not null default 0
) with (fillfactor = 70);
select mdm.distribute('mdm.counter', 'device', 'mdm.device');
comment on table mdm.counter is
  'The last sequence numbers given out for a device; the row''s lock makes the order.';
insert into mdm.counter (device) values ('00000000-0000-0000-0000-000000000000');

-- Distributed by value, so that uniqueness is global; hence no foreign key
-- to the device (Citus allows none between tables that are not colocated).
create table mdm.device_key (
  kind   text not null check (kind in
         ('owner', 'device_id', 'public_key', 'serial', 'certificate')),
  value  bytea not null,
  device uuid not null,
  primary key (kind, value)
);
select mdm.distribute('mdm.device_key', 'value', 'none');
comment on table mdm.device_key is
  'Whatever is unique over all devices, and the device that it leads to.';
comment on column mdm.device_key.kind is
  'owner: SHA-256 of UPN and DeviceID; device_id: SHA-256 of the DeviceID, with the first
device that used it; public_key and certificate: their SHA-256; serial: as in the certificate.';

create table mdm.enrollment (
  device            uuid not null references mdm.device,
  number            int not null,
  upn               text not null,
  device_id         text not null,
  enrollment_type   text not null,
  request_sha256    bytea not null,
  public_key_sha256 bytea not null,
  auth_name         text not null,
  client_secret     text not null,
  server_secret     text not null,
  client_nonce      bytea not null,
  server_nonce      bytea not null,
  context           jsonb not null,
  requested_at      timestamptz not null default now(),
  primary key (device, number),
  unique (device, request_sha256)
);
select mdm.distribute('mdm.enrollment', 'device', 'mdm.device');
comment on table mdm.enrollment is
  'Every enrollment that was ever granted; a new one never overwrites an old one.';
comment on column mdm.enrollment.client_secret is
  'Secret.  Given back as it is when the same request comes again.';
comment on column mdm.enrollment.server_secret is 'Secret.  As client_secret.';
comment on column mdm.enrollment.context is
  'The AdditionalContext in the order sent: [{"name": ..., "value": ...}, ...].';

create table mdm.certificate (
  device     uuid not null references mdm.device,
  serial     bytea not null,
  enrollment int not null,
  state      text not null default 'reserved' check (state in
             ('reserved', 'issued', 'superseded', 'revoked')),
  reason     text,
  not_before timestamptz not null,
  not_after  timestamptz not null,
  sha256     bytea,
  sha1       bytea,
  content    bytea,
  issued_at  timestamptz,
  seen_at    timestamptz,
  revoked_at timestamptz,
  primary key (device, serial),
  unique (device, sha256),
  foreign key (device, enrollment) references mdm.enrollment (device, number),
  check ((content is null) = (issued_at is null))
);
select mdm.distribute('mdm.certificate', 'device', 'mdm.device');
comment on table mdm.certificate is
  'One row for each serial, committed before anything is signed.';
comment on column mdm.certificate.state is
  'reserved until it is signed; issued; superseded once a later one was used; revoked.';
comment on column mdm.certificate.reason is 'Why it was revoked: administrator or unenrolled.';
comment on column mdm.certificate.content is 'The certificate in DER.';
comment on column mdm.certificate.seen_at is 'When a message first came with it.';

-- One row for each device, rewritten by each message: no second index and
-- room in each page, so that every rewrite is a heap-only one.  Its lock is
-- the device's lock: whoever changes a device's state takes it first.
create table mdm.session (
  device       uuid primary key references mdm.device,
  number       bigint not null default 0,
  session_id   text,
  client_msg   bigint,
  server_msg   bigint,
  body_sha256  bytea,
  login_status text,
  final        boolean,
  delivered    boolean not null default false,
  started_at   timestamptz,
  seen_at      timestamptz
) with (fillfactor = 70);
select mdm.distribute('mdm.session', 'device', 'mdm.device');
comment on table mdm.session is 'The latest management session of each device.';
comment on column mdm.session.number is 'Counts the sessions of the device.';
comment on column mdm.session.session_id is 'The client''s SessionID, which it may use again.';
comment on column mdm.session.client_msg is 'MsgID of the last message that was taken.';
comment on column mdm.session.server_msg is 'MsgID of the answer to it.';
comment on column mdm.session.body_sha256 is 'Its hash: the same again is a repeat.';
comment on column mdm.session.login_status is 'user, others or none, as last reported in the session.';
comment on column mdm.session.delivered is 'Whether the session carried commands.';

create table mdm.event (
  device uuid not null,
  seq    bigint not null,
  at     timestamptz not null default now(),
  kind   text not null,
  actor  text not null,
  detail jsonb not null default '{}',
  primary key (device, seq)
);
create index on mdm.event (at);
select mdm.distribute('mdm.event', 'device', 'mdm.device');
comment on table mdm.event is
  'The audit trail: one row for each act that changed something.  Never changed itself.';
comment on column mdm.event.device is 'The nil uuid stands for the server.';
comment on column mdm.event.actor is 'The database role that was logged in.';

-- SPDX-License-Identifier: ISC
-- What a session agrees on: credentials of both sides, sizes, and the part of
-- the last answer that a repeated message must be given again.
set local citus.enable_local_reference_table_foreign_keys = off;
set local citus.multi_shard_modify_mode = 'sequential';

-- Their parameters or results change.
drop function if exists management.message(uuid, bytea, text, text, bigint, bytea, text, boolean);
drop function if exists enrollment.reserve(text, text, text, bytea, bytea,
  bytea, text, text, text, bytea, bytea, text[], text[]);

insert into mdm.setting (name, preset, pattern, reader, description) values
('device_auth', 'certificate',
 'certificate|signature|digest|certificate-or-digest|certificate-and-digest', '{management}',
 'What a device must show: its TLS certificate, its signature on each message, its DM password, or two of them.'),
('client_auth', 'DIGEST', 'DIGEST|BASIC', '{enrollment}',
 'How devices that enroll from now on are to send their DM password.'),
('default_encoding', 'application/vnd.syncml.dm+xml',
 'application/vnd\.syncml\.dm\+(xml|wbxml)', '{enrollment}',
 'How devices that enroll from now on are to encode their messages.'),
('message_signing', 'false', 'true|false', '{enrollment}',
 'Whether devices that enroll from now on are to sign each message, as device_auth signature needs it.'),
('auth_failures', '5', '[1-9][0-9]?', '{management}',
 'Failed authentications after which a session is ended.'),
('session_rate', '30', '0|[1-9][0-9]{0,3}', '{management}',
 'Sessions that one device may begin within a minute before it is put off (503); 0 means any number.');
update mdm.setting
   set description = 'Messages after which a session is ended.'
 where name = 'session_messages';

-- Read by each message: one row costs less than a search for each.
create table mdm.session_rule (
  one              int primary key default 1 check (one = 1),
  device_auth      text not null,
  session_messages bigint not null,
  session_rate     int not null
);
select mdm.distribute('mdm.session_rule');
comment on table mdm.session_rule is
  'The settings of these names, as admin.setting_set left them: one row.';
insert into mdm.session_rule (device_auth, session_messages, session_rate)
select max(coalesce(s.value, s.preset)) filter (where s.name = 'device_auth'),
       max(coalesce(s.value, s.preset)) filter (where s.name = 'session_messages')::bigint,
       max(coalesce(s.value, s.preset)) filter (where s.name = 'session_rate')::int
  from mdm.setting s;

create table mdm.dm_account (
  device       uuid not null references mdm.device,
  enrollment   int not null,
  auth_type    text not null check (auth_type in ('DIGEST', 'BASIC')),
  client_nonce bytea,
  server_nonce bytea,
  primary key (device, enrollment),
  foreign key (device, enrollment) references mdm.enrollment (device, number)
) with (fillfactor = 70);
select mdm.distribute('mdm.dm_account', 'device', 'mdm.device');
comment on table mdm.dm_account is
  'The nonces of each enrollment''s two DM passwords, which stand in mdm.enrollment.';
comment on column mdm.dm_account.auth_type is 'How the device was told to send its password.';
comment on column mdm.dm_account.client_nonce is
  'For the device''s next credential; it serves once.';
comment on column mdm.dm_account.server_nonce is
  'For the server''s next credential, the newest that the device gave.';

insert into mdm.dm_account (device, enrollment, auth_type, client_nonce, server_nonce)
select e.device, e.number, 'DIGEST', e.client_nonce, e.server_nonce
  from mdm.enrollment e;

-- What not every session has stands apart: a check-in rewrites mdm.session.
alter table mdm.session
  add kept         boolean,
  add special      boolean,
  add first_sha256 bytea,
  add starts       int not null default 0,
  add starts_at    timestamptz;
comment on column mdm.session.kept is 'Whether the last message, or its answer, left something behind.';
comment on column mdm.session.special is 'Whether mdm.session_more has a row for the session.';
comment on column mdm.session.first_sha256 is 'Hash of message 1, if the session began with it.';
comment on column mdm.session.starts is 'Sessions that began in the minute from starts_at on.';

create table mdm.session_more (
  device          uuid primary key references mdm.device,
  number          bigint not null,
  max_msg_size    bigint,
  max_obj_size    bigint,
  closed          boolean not null default false,
  ended           boolean not null default false,
  object_in       boolean not null default false,
  object_out      bigint,
  accepted_at     timestamptz,
  accepted_nonce  bytea,
  server_wanted   text,
  server_failures int not null default 0,
  server_msg      bigint,
  status          int,
  challenge       text,
  nonce           bytea,
  server_auth     text,
  server_nonce    bytea,
  result_statuses int[],
  broken          text[]
) with (fillfactor = 70);
select mdm.distribute('mdm.session_more', 'device', 'mdm.device');
comment on table mdm.session_more is
  'The rest of mdm.session: sizes, large objects and credentials, and what the last answer held of these.';
comment on column mdm.session_more.number is 'mdm.session.number; a row of an earlier session counts for nothing.';
comment on column mdm.session_more.max_msg_size is 'MaxMsgSize, as the device announced it in the session.';
comment on column mdm.session_more.max_obj_size is 'MaxObjSize, likewise.';
comment on column mdm.session_more.closed is 'Whether the session is given no more commands.';
comment on column mdm.session_more.ended is 'Whether it has had all the messages that it may have.';
comment on column mdm.session_more.object_in is 'Whether mdm.chunk holds an object on its way.';
comment on column mdm.session_more.object_out is
  'The command (seq) whose data is being sent in chunks.';
comment on column mdm.session_more.accepted_at is
  'When a message was last taken on the strength of 212.  With a certificate no other credential is needed until the session ends.';
comment on column mdm.session_more.accepted_nonce is
  'Of the last MD5 credential or HMAC that was good: without a certificate the same MD5 credential serves in each message, and the HMAC when its message comes again.';
comment on column mdm.session_more.server_wanted is
  'Type of the credential that the device wants from the server in the session.';
comment on column mdm.session_more.server_failures is 'How often the device refused the server''s.';
comment on column mdm.session_more.server_msg is 'The answer that the columns after this one belong to.';
comment on column mdm.session_more.result_statuses is
  'What was answered to results: {{ordinal, status}, ...}.';
comment on column mdm.session_more.broken is 'The nodes of the objects that broke off: one Alert 1225 each.';

alter table mdm.inventory add former text;
comment on column mdm.inventory.former is 'The value before this one.';

create type mdm.answer as (
  server_msg    bigint,
  repeated      boolean,
  status        int,
  challenge     text,
  nonce         bytea,
  server_auth   text,
  server_secret text,
  server_nonce  bytea,
  server_name   text,
  ended         boolean
);
comment on type mdm.answer is 'What management.message says of the answer: its header, its Chal, and whether it ends the session.';

-- Apart from mdm.session, so that who cannot authenticate can disturb no
-- session of the device.
create table mdm.refusal (
  device      uuid primary key references mdm.device,
  session_id  text not null,
  client_msg  bigint not null,
  server_msg  bigint not null,
  body_sha256 bytea not null,
  number      bigint,
  failures    int not null,
  status      int not null,
  challenge   text,
  nonce       bytea,
  at          timestamptz not null default now()
) with (fillfactor = 70);
select mdm.distribute('mdm.refusal', 'device', 'mdm.device');
comment on table mdm.refusal is 'The latest message of each device that was not authenticated.';
comment on column mdm.refusal.number is
  'The session (mdm.session.number) that it would have gone on with; null: a new one.';
comment on column mdm.refusal.failures is 'How often in a row.';
comment on column mdm.refusal.challenge is 'Null: the session is over.';

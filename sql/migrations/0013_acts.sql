-- SPDX-License-Identifier: ISC
-- The audit trail as a chain of hashes, one for each device.
set local citus.enable_local_reference_table_foreign_keys = off;
set local citus.multi_shard_modify_mode = 'sequential';

-- In the order in which an event is added, so that neither waits for the other.
alter table mdm.counter add event_sha256 bytea not null default '';
comment on column mdm.counter.event_sha256 is
  'Of the last event: the head of the chain.  Without it the end could be cut off unseen.';

alter table mdm.event
  add operator    text,
  add client      text,
  add application text,
  add sha256      bytea;
comment on column mdm.event.operator is
  'Who the role said it acts for: its setting fenestra.operator.';
comment on column mdm.event.client is
  'The address that the role was connected from; null for a Unix socket.';
comment on column mdm.event.application is 'Its application_name.';
comment on column mdm.event.sha256 is
  'Of mdm.event_line, which has the hash of the event before in it.';

create table mdm.event_anchor (
  device uuid primary key,
  seq    bigint not null,
  sha256 bytea not null,
  at     timestamptz not null default now()
);
select mdm.distribute('mdm.event_anchor', 'device', 'mdm.device');
comment on table mdm.event_anchor is
  'Where the chain of a device now begins, after mdm.event_forget.';
comment on column mdm.event_anchor.seq is 'The last event that was removed.';
comment on column mdm.event_anchor.sha256 is 'Its hash.';

-- These two stand in functions/ as well; here they are needed at once: no
-- event may be added outside the chain once this is committed.
create or replace function mdm.event_line(in_device uuid, in_seq bigint,
  in_at timestamptz, in_kind text, in_actor text, in_operator text,
  in_client text, in_application text, in_detail jsonb, in_previous bytea)
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return jsonb_build_object('device', in_device, 'seq', in_seq,
    'at', to_char(in_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'kind', in_kind, 'actor', in_actor, 'operator', in_operator,
    'client', in_client, 'application', in_application, 'detail', in_detail,
    'previous', encode(in_previous, 'hex'))::text;
end
$$;

create or replace function mdm.event_add(in_device uuid, in_kind text,
  in_detail jsonb default '{}')
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_device      uuid := coalesce(in_device, '00000000-0000-0000-0000-000000000000');
  v_operator    text := left(nullif(current_setting('fenestra.operator', true), ''), 128);
  v_client      text := host(inet_client_addr());
  v_application text := nullif(current_setting('application_name'), '');
  v_detail      jsonb := jsonb_strip_nulls(in_detail);
  v_at          timestamptz := now();
  v_seq         bigint;
  v_sha256      bytea;
begin
  update mdm.counter c
     set event = c.event + 1,
         event_sha256 = sha256(convert_to(mdm.event_line(v_device, c.event + 1,
           v_at, in_kind, session_user, v_operator, v_client, v_application,
           v_detail, c.event_sha256), 'UTF8'))
   where c.device = v_device
  returning c.event, c.event_sha256 into strict v_seq, v_sha256;
  insert into mdm.event (device, seq, at, kind, actor, operator, client,
    application, detail, sha256)
  values (v_device, v_seq, v_at, in_kind, session_user, v_operator, v_client,
    v_application, v_detail, v_sha256);
end
$$;

-- The events that are there become the beginning of each chain.
do $$
declare
  v_event  mdm.event;
  v_device uuid;
  v_sha256 bytea;
begin
  for v_event in select * from mdm.event e order by e.device, e.seq loop
    if v_event.device is distinct from v_device then
      update mdm.counter c set event_sha256 = v_sha256 where c.device = v_device;
      v_device := v_event.device;
      v_sha256 := '';
    end if;
    v_sha256 := sha256(convert_to(mdm.event_line(v_device, v_event.seq,
      v_event.at, v_event.kind, v_event.actor, null, null, null,
      v_event.detail, v_sha256), 'UTF8'));
    update mdm.event e set sha256 = v_sha256
     where e.device = v_device and e.seq = v_event.seq;
  end loop;
  update mdm.counter c set event_sha256 = v_sha256 where c.device = v_device;
end
$$;
alter table mdm.event alter column sha256 set not null;

-- Actions: what an administrator wants of a device, until it is known what
-- became of it.
insert into mdm.setting (name, preset, pattern, reader, description) values
('second_person', 'off', 'off|operator|role', '{}',
 'Whether what cannot be undone waits for somebody else''s admin.action_approve: another database role (role), or another fenestra.operator as well (operator).'),
('wipes_per_hour', '10', '0|[1-9][0-9]{0,4}', '{}',
 'Acts that cannot be undone, of all devices together, within an hour; those beyond are held, with all that were asked for in the same transaction, until somebody else approves them.'),
('wipe_delay', '0', '0|[1-9][0-9]{0,4}', '{}',
 'Minutes before such an act is sent, in which it can be cancelled.'),
('wipe_grace', '30', '[1-9][0-9]{0,4}', '{}',
 'Minutes after a device took a wipe in which it may still come; if it comes later as it was, the wipe failed.'),
('wipe_silence', '24', '[1-9][0-9]{0,3}', '{}',
 'Hours after which a device that took a wipe and was not heard of again counts as wiped.'),
('retain_action', '365', '[1-9][0-9]{0,4}', '{}',
 'Days after which an action that has ended is removed.'),
('action_expiry', '30', '[1-9][0-9]{0,2}', '{}',
 'Days after which an action whose end was not heard of is given up.');

alter table mdm.device add wiped_at timestamptz;
comment on column mdm.device.wiped_at is 'When it was known to be wiped, the last time.';

create table mdm.action_kind (
  kind        text primary key,
  destructive boolean not null default false,
  follow      text not null check (follow in
              ('status', 'session', 'result', 'poll', 'wipe', 'leave', 'upload')),
  good        text[] not null default '{}',
  pending     text[] not null default '{}',
  words       jsonb not null default '{}'
);
select mdm.distribute('mdm.action_kind');
comment on table mdm.action_kind is 'What actions there are, and how each comes to its end.';
comment on column mdm.action_kind.destructive is 'Whether it cannot be undone: a reason, a limit, perhaps a second person.';
comment on column mdm.action_kind.follow is
  'What tells the outcome: the status; that the device comes again; what it brought; a node that is
asked at each session; that it comes no more, or enrolls anew; that it has left; a file that it sends.';
comment on column mdm.action_kind.good is 'Values of the polled node that mean success.';
comment on column mdm.action_kind.pending is 'Values that mean: ask again.  All others are failures.';
comment on column mdm.action_kind.words is 'What values mean.';
insert into mdm.action_kind (kind, destructive, follow) values
('sync',             false, 'session'),
('reboot',           false, 'session'),
('reboot_schedule',  false, 'status'),
('rename',           false, 'status'),
('wipe',             true,  'wipe'),
('fresh_start',      true,  'session'),
('retire',           true,  'leave'),
('locate',           false, 'result'),
('defender_scan',    false, 'status'),
('defender_update',  false, 'status'),
('msi_remove',       false, 'status'),
('msix_remove',      false, 'status'),
('root_install',     false, 'status'),
('pfx_install',      false, 'status'),
('edition_upgrade',  false, 'status'),
('diagnostics',      false, 'upload');
insert into mdm.action_kind (kind, destructive, follow, good, pending, words) values
('autopilot_reset', true, 'poll', '{1}', '{0,10,20}',
 '{"0": "not begun", "1": "complete", "10": "scheduled", "20": "waits for a restart", "30": "failed to begin", "40": "failed: no mains power", "50": "failed"}'),
('laps_rotate', false, 'poll', '{0}', '{-2147483638,2147483658}',
 '{"0": "the password is a new one", "-2147483638": "under way", "2147483658": "under way"}'),
('bitlocker_rotate', false, 'poll', '{0}', '{1,2}',
 '{"0": "the recovery passwords are new ones", "1": "under way", "2": "not begun"}'),
('msi_install', false, 'poll', '{70}', '{10,20,25,40,48,50,55}',
 '{"10": "initialised", "20": "downloading", "25": "waits to download again", "30": "the download failed", "40": "downloaded", "48": "waits for its user", "50": "installing", "55": "waits to install again", "60": "the installation failed", "70": "installed"}'),
('msix_install', false, 'poll', '{3}', '{0,1}',
 '{"0": "not begun", "1": "installing", "2": "the installation failed", "3": "installed"}'),
('scep_install', false, 'poll', '{1}', '{2}',
 '{"1": "enrolled", "2": "under way", "16": "the enrollment failed", "32": "unknown"}');

create table mdm.action (
  device            uuid not null references mdm.device,
  action            uuid not null,
  kind              text not null,
  state             text not null check (state in ('held', 'waiting', 'running',
                    'done', 'failed', 'cancelled', 'unknown')),
  outcome           text,
  detail            jsonb not null,
  reason            text,
  held_for          text check (held_for in ('second person', 'limit')),
  actor             text not null,
  operator          text,
  asked_at          timestamptz not null default now(),
  approved_by       text,
  approved_operator text,
  approved_at       timestamptz,
  released_at       timestamptz,
  not_before        timestamptz,
  ended_at          timestamptz,
  uri               text,
  format            text,
  data              text,
  command           uuid,
  nodes             text[] not null default '{}',
  poll              uuid,
  primary key (device, action),
  unique (action, device)
);
create index action_live on mdm.action (device)
  where state in ('waiting', 'running');
create index action_open on mdm.action (asked_at)
  where state in ('held', 'waiting', 'running');
create index action_ended on mdm.action (ended_at);
create index action_released on mdm.action (released_at) where released_at is not null;
select mdm.distribute('mdm.action', 'device', 'mdm.device');
comment on table mdm.action is 'What was wanted of devices, and what became of it.';
comment on column mdm.action.state is
  'held: for another person; waiting: until not_before and the device comes; running; then its end.';
comment on column mdm.action.released_at is 'Only of what cannot be undone: since when it may be done.';
comment on column mdm.action.uri is 'Only of what cannot be undone: the Exec that does it, which is queued last of all.';
comment on column mdm.action.command is 'mdm.command.command of what does it.';
comment on column mdm.action.nodes is 'What is asked for until the first of them tells the end.';
comment on column mdm.action.poll is 'The last command that asked for them.';

-- Files that devices send.  They lie outside the database, named by `file`.
insert into mdm.setting (name, preset, pattern, reader, description) values
('upload_maximum', '64', '[1-9][0-9]?', '{}',
 'MiB that a file of diagnostics may have; FENESTRA_MAX_BODY and the front server have limits of their own.'),
('upload_quota', '4096', '0|[1-9][0-9]{0,6}', '{}',
 'MiB that all of them may have together.'),
('upload_days', '3', '[1-9][0-9]{0,2}', '{}',
 'Days in which a device may send what it was asked for.'),
('retain_upload', '30', '[1-9][0-9]{0,4}', '{}',
 'Days after which a file of diagnostics is removed.');

create table mdm.upload (
  sha256         bytea primary key,
  upload         uuid not null unique,
  device         uuid not null,
  action         uuid not null,
  created_at     timestamptz not null default now(),
  expires_at     timestamptz not null,
  file           uuid,
  size           bigint,
  content_sha256 bytea,
  received_at    timestamptz
);
create index on mdm.upload (created_at);
create index on mdm.upload (device);
select mdm.distribute('mdm.upload');
comment on table mdm.upload is 'Addresses at which a device may leave one file, once.';
comment on column mdm.upload.sha256 is 'Of the random part of the address.';
comment on column mdm.upload.file is
  'Its name in the folder of the workers; another one at each attempt.';

create table mdm.upload_stale (
  file uuid primary key
);
select mdm.distribute('mdm.upload_stale');
comment on table mdm.upload_stale is
  'Files that no upload has any more: the next one removes them.';

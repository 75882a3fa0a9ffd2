-- SPDX-License-Identifier: ISC
-- Many devices at once: the order and the time of commands, roll-outs and
-- maintenance windows.
set local citus.enable_local_reference_table_foreign_keys = off;
set local citus.multi_shard_modify_mode = 'sequential';

-- Their parameters change.
drop function if exists admin.enqueue(uuid, text, text, text, text, text);
drop function if exists admin.enqueue_syncml(uuid, text);

insert into mdm.setting (name, preset, pattern, reader, description) values
('time_zone', 'UTC', '[A-Za-z0-9_+/-]{1,64}', '{}',
 'The time zone of maintenance windows that go by the server''s clock, and of devices that did not say theirs.');

-- waiting: no check-in looks at it before mdm.session.due_at.
alter table mdm.command drop constraint command_state_check;
alter table mdm.command add constraint command_state_check check (state in
  ('queued', 'waiting', 'sent', 'accepted'));
alter table mdm.command
  add priority   int not null default 5 check (priority between 0 and 9),
  add not_before timestamptz,
  add expires_at timestamptz,
  add origin     text not null default 'administrator',
  add rollout    uuid,
  add waits_for  text check (waits_for in ('time', 'window', 'roll-out')),
  add waited     boolean not null default false,
  add check ((state = 'waiting') = (waits_for is not null));
comment on column mdm.command.state is
  'queued; waiting until its time; sent and not answered; accepted: begun, the outcome comes later.';
comment on column mdm.command.priority is
  '9 goes first and waits for no maintenance window; 5 is usual; within one the order is that of seq.';
comment on column mdm.command.not_before is 'Not to be sent earlier; null: at once.';
comment on column mdm.command.expires_at is 'Not to be sent from then on; null: see the setting command_expiry.';
comment on column mdm.command.origin is 'Who queued it: administrator, roll-out, or a part of the server.';
comment on column mdm.command.rollout is 'The roll-out that it belongs to.';
comment on column mdm.command.waits_for is 'What it waits for, while its state is waiting.';
comment on column mdm.command.waited is 'Whether it ever waited, so that later ones may have passed it.';

alter table mdm.command_done
  add priority   int not null default 5,
  add not_before timestamptz,
  add expires_at timestamptz,
  add origin     text not null default 'administrator',
  add rollout    uuid,
  add waited     boolean not null default false;

-- In the order in which they are sent; it serves the question whether there
-- is any as well as the one before it did.
create index command_next on mdm.command (device, priority desc, seq)
  where state = 'queued';
drop index mdm.command_queued;
create index command_timed on mdm.command (device)
  where state = 'queued' and (not_before is not null or rollout is not null);
create index command_expiring on mdm.command (device, expires_at)
  where expires_at is not null and state in ('queued', 'waiting');

create table mdm.maintenance_window (
  name         text primary key,
  device_group text,
  weekdays     int[] not null check (weekdays <@ '{1,2,3,4,5,6,7}'
               and cardinality(weekdays) > 0),
  starts       time not null,
  minutes      int not null check (minutes between 1 and 1440),
  clock        text not null check (clock in ('device', 'server'))
);
select mdm.distribute('mdm.maintenance_window');
comment on table mdm.maintenance_window is
  'When commands that change something may be sent; a device that none is for takes them at any time.';
comment on column mdm.maintenance_window.device_group is 'Whose devices it is for; null: all.';
comment on column mdm.maintenance_window.weekdays is 'The days that it starts on: 1 Monday to 7 Sunday.';
comment on column mdm.maintenance_window.clock is
  'Whose time starts is: the device''s own, or that of the setting time_zone.';

alter table mdm.device add utc_offset int check (utc_offset between -1080 and 1080);
comment on column mdm.device.utc_offset is
  'Minutes that its clock is ahead of UTC, as it last said; null: it did not.';

create table mdm.rollout (
  rollout          uuid primary key,
  name             text not null unique,
  state            text not null default 'running' check (state in
                   ('running', 'paused', 'halted', 'finished', 'aborted')),
  reason           text,
  parts            jsonb not null,
  priority         int not null,
  device_group     text,
  rule             jsonb,
  waves            numeric[] not null,
  wave             int not null default 1,
  wave_at          timestamptz not null default now(),
  soak             int,
  advance_percent  numeric not null,
  halt_failures    int,
  halt_percent     numeric,
  halt_after       int not null,
  excused_failed   bigint not null default 0,
  excused_finished bigint not null default 0,
  ends_at          timestamptz not null,
  started_at       timestamptz not null default now(),
  ended_at         timestamptz
);
select mdm.distribute('mdm.rollout');
comment on table mdm.rollout is
  'Commands that reach the devices they are for in waves: a share of them at a time, each when it comes.';
comment on column mdm.rollout.parts is 'The command, as rows of mdm.part.';
comment on column mdm.rollout.waves is 'Percent of the devices after each wave.';
comment on column mdm.rollout.soak is 'Minutes that a wave lasts at least before the next one begins; null: that is the administrator''s to say.';
comment on column mdm.rollout.advance_percent is 'Of the devices that were given the command so many have to have ended it.';
comment on column mdm.rollout.halt_after is 'halt_percent counts once so many devices have ended it.';
comment on column mdm.rollout.excused_failed is 'Failures before the administrator let it go on.';
comment on column mdm.rollout.excused_finished is 'All that had ended then.';
comment on column mdm.rollout.ends_at is 'A device that comes later is not given it.';

create table mdm.rollout_device (
  device     uuid not null references mdm.device,
  rollout    uuid not null,
  command    uuid not null,
  state      text not null default 'open' check (state in ('open', 'done',
             'failed', 'cancelled', 'expired', 'unknown')),
  changed_at timestamptz not null default now(),
  primary key (device, rollout)
) with (fillfactor = 80);
create index rollout_device_state on mdm.rollout_device (rollout, state);
select mdm.distribute('mdm.rollout_device', 'device', 'mdm.device');
comment on table mdm.rollout_device is
  'Devices that a roll-out has reached; there is none before the device has come for it.';

-- How long things are kept, each in days.  Nothing is kept for ever.
insert into mdm.setting (name, preset, pattern, reader, description) values
('retain_command', '90', '[1-9][0-9]{0,4}', '{}',
 'Days after it ended that a command is kept, with its deliveries, statuses and results.'),
('retain_event', '730', '[1-9][0-9]{0,4}', '{}',
 'Days that the audit trail is kept; what is left of it can be verified.'),
('retain_alert', '90', '[1-9][0-9]{0,4}', '{}',
 'Days that alerts of devices are kept.'),
('retain_outbox', '30', '[1-9][0-9]{0,4}', '{}',
 'Days that an event waits for a webhook that does not take it.'),
('retain_token', '90', '[1-9][0-9]{0,4}', '{}',
 'Days after it expired that an enrollment token is kept.'),
('retain_rollout', '365', '[1-9][0-9]{0,4}', '{}',
 'Days after it ended that a roll-out is kept.'),
('retain_certificate', '400', '[1-9][0-9]{0,4}', '{}',
 'Days after it expired that a certificate is kept that a later one has replaced.'),
('retain_device', '730', '[1-9][0-9]{0,4}', '{}',
 'Days after its last event that a device that has left is kept, with all that belongs to it.');

alter table mdm.counter add forgotten bigint not null default 0;
comment on column mdm.counter.forgotten is
  'Commands that ended and were removed: those queued are as many as these, what is on its way and what has ended.';

-- Each finds the oldest without looking at the rest.
create index command_done_at on mdm.command_done (done_at);
create index alert_at on mdm.alert (received_at);
create index command_expires on mdm.command (expires_at)
  where expires_at is not null and state in ('queued', 'waiting');
create index device_left on mdm.device (state, created_at)
  where state in ('enrolling', 'unenrolled', 'retired');

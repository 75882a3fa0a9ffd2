-- SPDX-License-Identifier: ISC
-- Commands, what became of them, and what devices report.  The queue holds
-- live commands only; an ended one moves to the history.
set local citus.enable_local_reference_table_foreign_keys = off;
set local citus.multi_shard_modify_mode = 'sequential';

create table mdm.command (
  device           uuid not null references mdm.device,
  seq              bigint not null,
  command          uuid not null,
  verb             text not null,
  uri              text not null,
  format           text not null,
  type             text not null,
  data             text,
  size             int not null,
  user_scope       boolean not null,
  once             boolean not null,
  state            text not null default 'queued' check (state in
                   ('queued', 'sent', 'accepted')),
  cancel_requested boolean not null default false,
  attempts         int not null default 0,
  status           int,
  error            text,
  queued_at        timestamptz not null default now(),
  sent_at          timestamptz,
  primary key (device, seq),
  unique (command, device)
);
create index command_queued on mdm.command (device, seq) where state = 'queued';
select mdm.distribute('mdm.command', 'device', 'mdm.device');
comment on table mdm.command is 'Commands on their way, in the order of seq within a device.';
comment on column mdm.command.seq is 'Place in the order of the device, from mdm.counter.';
comment on column mdm.command.size is 'Octets that it takes in a message, rounded up.';
comment on column mdm.command.user_scope is 'Whether it waits for the enrolled user to be signed in.';
comment on column mdm.command.once is 'Whether it must not be sent again (mdm.run_once).';
comment on column mdm.command.state is
  'queued; sent and not answered; accepted: begun, the outcome comes later.';
comment on column mdm.command.cancel_requested is 'Not to be sent again if no answer comes.';

create table mdm.command_done (
  device           uuid not null references mdm.device,
  seq              bigint not null,
  command          uuid not null,
  verb             text not null,
  uri              text not null,
  format           text not null,
  type             text not null,
  data             text,
  state            text not null check (state in
                   ('done', 'failed', 'cancelled', 'expired', 'unknown')),
  cancel_requested boolean not null,
  attempts         int not null,
  status           int,
  error            text,
  queued_at        timestamptz not null,
  sent_at          timestamptz,
  done_at          timestamptz not null default now(),
  primary key (device, seq),
  unique (command, device)
);
select mdm.distribute('mdm.command_done', 'device', 'mdm.device');
comment on table mdm.command_done is 'Commands that have ended; rows are only added.';
comment on column mdm.command_done.state is
  'unknown: sent, never answered, and not to be tried again.';

create table mdm.delivery (
  device  uuid not null references mdm.device,
  session bigint not null,
  msg     bigint not null,
  cmd_id  int not null,
  seq     bigint not null,
  at      timestamptz not null default now(),
  primary key (device, session, msg, cmd_id)
);
select mdm.distribute('mdm.delivery', 'device', 'mdm.device');
comment on table mdm.delivery is
  'Which command went out as which CmdID of which answer: one row for each attempt.';
comment on column mdm.delivery.session is 'mdm.session.number.';

create table mdm.result (
  device      uuid not null references mdm.device,
  seq         bigint not null,
  uri         text not null,
  format      text,
  type        text,
  data        text,
  received_at timestamptz not null default now(),
  primary key (device, seq, uri)
);
select mdm.distribute('mdm.result', 'device', 'mdm.device');
comment on table mdm.result is 'What a command brought back, for each node the newest.';

create table mdm.inventory (
  device     uuid not null references mdm.device,
  uri        text not null,
  value      text,
  changed_at timestamptz not null default now(),
  primary key (device, uri)
);
select mdm.distribute('mdm.inventory', 'device', 'mdm.device');
comment on table mdm.inventory is
  'The last known value of each DevInfo and DevDetail node that a device reported.';

create table mdm.alert (
  device      uuid not null references mdm.device,
  session     bigint not null,
  msg         bigint not null,
  cmd_id      text not null,
  ordinal     int not null,
  code        int not null,
  type        text,
  format      text,
  mark        text,
  source      text,
  data        text,
  received_at timestamptz not null default now(),
  primary key (device, session, msg, cmd_id, ordinal)
);
select mdm.distribute('mdm.alert', 'device', 'mdm.device');
comment on table mdm.alert is 'Alerts of devices, but for the plain ones that open or end a session.';
comment on column mdm.alert.ordinal is 'Counts the items of one Alert.';

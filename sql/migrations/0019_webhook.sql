-- SPDX-License-Identifier: ISC
-- Webhooks: others are told of events.  What is to be told is a row of the
-- outbox, written in the transaction of the event, and gone once the other
-- side has taken it.
set local citus.enable_local_reference_table_foreign_keys = off;
set local citus.multi_shard_modify_mode = 'sequential';

create table mdm.webhook (
  name         text primary key check (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
  url          text not null,
  kinds        text[] not null,
  secret       text not null,
  enabled      boolean not null,
  created_at   timestamptz not null default now(),
  failures     int not null default 0,
  paused_until timestamptz not null default '-infinity',
  delivered    bigint not null default 0,
  delivered_at timestamptz
);
select mdm.distribute('mdm.webhook');
comment on table mdm.webhook is 'Who is told of which events.';
comment on column mdm.webhook.kinds is 'LIKE patterns of mdm.event.kind.';
comment on column mdm.webhook.secret is
  'Secret.  Key of the signature, sealed.';
comment on column mdm.webhook.failures is 'Deliveries that failed since the last that did not.';
comment on column mdm.webhook.paused_until is 'Nothing is sent before, after failures.';
comment on column mdm.webhook.delivered is 'Deliveries that were taken.';

create table mdm.outbox (
  device   uuid not null,
  seq      bigint not null,
  webhook  text not null,
  delivery uuid not null default gen_random_uuid(),
  attempts int not null default 0,
  next_at  timestamptz not null default now(),
  dead     boolean not null default false,
  status   int,
  error    text,
  primary key (device, seq, webhook)
);
create index on mdm.outbox (next_at) where not dead;
create index on mdm.outbox (webhook);
select mdm.distribute('mdm.outbox', 'device', 'mdm.device');
comment on table mdm.outbox is
  'Events (mdm.event) that a webhook has not taken yet.';
comment on column mdm.outbox.next_at is
  'When it may be sent.  While it is being sent, when another may try.';
comment on column mdm.outbox.dead is 'Given up; admin.webhook_resend() tries again.';
comment on column mdm.outbox.status is 'HTTP status of the last attempt; null: none came.';

insert into mdm.setting (name, preset, pattern, reader, description) values
('webhook_attempts', '15', '[1-9][0-9]?', '{webhook}',
 'Attempts after which a delivery to a webhook is given up: 15 take about three days.'),
('webhook_timeout', '10', '[1-9]|[1-5][0-9]|60', '{webhook}',
 'Seconds that a webhook has for its answer.');

-- SPDX-License-Identifier: ISC
-- All commands, on their way or ended.
create or replace view admin.command as
select c.command as id, c.device, c.seq, c.verb, c.uri, c.format, c.type,
       regexp_replace(c.data, '(/ManagementServer/Upload/)[0-9a-f]{32}', '\1...') as data, c.state, c.cancel_requested, c.status, c.error, c.attempts,
       c.queued_at, c.sent_at, c.done_at, c.retries, c.priority, c.not_before,
       c.expires_at, c.origin, c.rollout, c.waits_for
  from mdm.command_any c;
comment on view admin.command is
  'All commands, on their way or ended.';
comment on column admin.command.id is 'What enqueue returned.';
comment on column admin.command.device is 'The device (device.id).';
comment on column admin.command.seq is 'Place in the order of the device.';
comment on column admin.command.verb is 'Add, Replace, Delete, Get or Exec; Atomic or Sequence for a group of them (see command_part).';
comment on column admin.command.uri is 'Target LocURI; of several the first.';
comment on column admin.command.format is 'Meta/Format.';
comment on column admin.command.type is 'Meta/Type.';
comment on column admin.command.data is 'Data.';
comment on column admin.command.state is 'queued, waiting (for what waits_for says), sent, accepted (begun, the outcome comes later), done, failed, cancelled, expired, or unknown (sent once, never answered, not to be tried again).';
comment on column admin.command.cancel_requested is 'Was cancelled after it had been sent.';
comment on column admin.command.status is 'The last Status of the device.';
comment on column admin.command.error is 'Its msft:originalerror, or which part failed and how; quarantined: the device never answered it.';
comment on column admin.command.attempts is 'How often it was sent.';
comment on column admin.command.queued_at is 'When it was enqueued.';
comment on column admin.command.sent_at is 'When it was last sent.';
comment on column admin.command.done_at is 'When it ended.';
comment on column admin.command.retries is 'How often the device said later.';
comment on column admin.command.priority is '9 goes first and waits for no maintenance window; 5 is usual; -1: a question of the inventory.';
comment on column admin.command.not_before is 'Not to be sent earlier; null: at once.';
comment on column admin.command.expires_at is 'Not to be sent from then on; null: as the setting command_expiry has it.';
comment on column admin.command.origin is 'Who queued it: administrator, roll-out, or a part of the server.';
comment on column admin.command.rollout is 'The roll-out that it belongs to (rollout.id).';
comment on column admin.command.waits_for is 'What it waits for: time, window or roll-out.';

-- SPDX-License-Identifier: ISC
-- All commands, on their way or ended.
create or replace view admin.command as
select c.command as id, c.device, c.seq, c.verb, c.uri, c.format, c.type,
       c.data, c.state, c.cancel_requested, c.status, c.error, c.attempts,
       c.queued_at, c.sent_at, c.done_at, c.retries
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
comment on column admin.command.state is 'queued, sent, accepted (begun, the outcome comes later), done, failed, cancelled, expired, or unknown (sent once, never answered, not to be tried again).';
comment on column admin.command.cancel_requested is 'Was cancelled after it had been sent.';
comment on column admin.command.status is 'The last Status of the device.';
comment on column admin.command.error is 'Its msft:originalerror, or which part failed and how; quarantined: the device never answered it.';
comment on column admin.command.attempts is 'How often it was sent.';
comment on column admin.command.queued_at is 'When it was enqueued.';
comment on column admin.command.sent_at is 'When it was last sent.';
comment on column admin.command.done_at is 'When it ended.';
comment on column admin.command.retries is 'How often the device said later.';

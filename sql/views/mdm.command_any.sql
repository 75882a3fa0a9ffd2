-- SPDX-License-Identifier: ISC
-- All commands, on their way or ended.
create or replace view mdm.command_any as
select c.device, c.seq, c.command, c.verb, c.uri, c.format, c.type, c.data,
       c.state, c.cancel_requested, c.attempts, c.status, c.error,
       c.queued_at, c.sent_at, null::timestamptz as done_at, c.parts,
       c.instead, c.chunk_start, c.chunk_length, c.retries, c.priority,
       c.not_before, c.expires_at, c.origin, c.rollout, c.waits_for, c.waited
  from mdm.command c
 union all
select h.device, h.seq, h.command, h.verb, h.uri, h.format, h.type, h.data,
       h.state, h.cancel_requested, h.attempts, h.status, h.error,
       h.queued_at, h.sent_at, h.done_at, h.parts, h.instead, null, null,
       h.retries, h.priority, h.not_before, h.expires_at, h.origin, h.rollout,
       null, h.waited
  from mdm.command_done h;
comment on view mdm.command_any is 'All commands, on their way or ended.';

-- SPDX-License-Identifier: ISC
-- What was wanted of devices, and what became of it.
create or replace view admin.action as
select a.action as id, a.device, a.kind, a.state,
       coalesce(a.outcome, case a.state
         when 'held' then 'waits for somebody else to approve it'
         when 'waiting' then 'waits for the device, and its time'
         when 'running' then case c.state
           when 'queued' then 'waits for the device'
           when 'waiting' then 'waits for the device, and its time'
           when 'sent' then 'was sent'
           when 'accepted' then 'the device has begun'
           when 'done' then 'the device took it'
           else 'waits for the device' end
       end) as outcome,
       a.reason, a.held_for, a.detail, a.actor, a.operator, a.asked_at,
       a.approved_by, a.approved_operator, a.approved_at, a.not_before,
       a.ended_at, array_remove(array[a.command, a.poll], null) as commands
  from mdm.action a
  left join mdm.command_any c on c.device = a.device and c.command = a.command;
comment on view admin.action is
  'What was wanted of devices, and what became of it.';
comment on column admin.action.id is 'What the function returned.';
comment on column admin.action.device is 'The device (device.id).';
comment on column admin.action.kind is 'What: the name of the function, more or less.';
comment on column admin.action.state is 'held: for action_approve; waiting: until not_before and for the device; running; then done, failed, cancelled or unknown.';
comment on column admin.action.outcome is 'What is known of it, in words.';
comment on column admin.action.reason is 'Why, where it cannot be undone.';
comment on column admin.action.held_for is 'Why it is or was held: second person, or limit (wipes_per_hour).';
comment on column admin.action.detail is 'The particulars; never a secret.';
comment on column admin.action.actor is 'The database role that asked for it.';
comment on column admin.action.operator is 'Who that role said it acts for.';
comment on column admin.action.asked_at is 'When.';
comment on column admin.action.approved_by is 'The database role that let it go.';
comment on column admin.action.approved_operator is 'Who that role said it acts for.';
comment on column admin.action.approved_at is 'When.';
comment on column admin.action.not_before is 'Where it cannot be undone: not sent earlier (wipe_delay).';
comment on column admin.action.ended_at is 'When its end was known.';
comment on column admin.action.commands is 'The commands (command.id) that do it, and ask how far it is.';

-- SPDX-License-Identifier: ISC
-- The devices that roll-outs have reached.
create or replace view admin.rollout_device as
select d.rollout, d.device, d.command, d.state, d.changed_at
  from mdm.rollout_device d;
comment on view admin.rollout_device is 'The devices that roll-outs have reached.';
comment on column admin.rollout_device.rollout is 'The roll-out (rollout.id).';
comment on column admin.rollout_device.device is 'The device (device.id).';
comment on column admin.rollout_device.command is 'What it was given (command.id).';
comment on column admin.rollout_device.state is 'open; then as the command ended: done, failed, unknown, cancelled or expired.';
comment on column admin.rollout_device.changed_at is 'Since when.';

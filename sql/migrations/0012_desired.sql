-- SPDX-License-Identifier: ISC
-- Desired state: when a device has to be looked at again.
set local citus.enable_local_reference_table_foreign_keys = off;
set local citus.multi_shard_modify_mode = 'sequential';

alter table mdm.session_rule add revision bigint not null default 0;
comment on table mdm.session_rule is
  'What each message reads, one row: the settings of these names, as admin.setting_set left them, and the revision of the desired state.';
comment on column mdm.session_rule.revision is
  'Raised by each change of the desired state; its row''s lock puts these changes in order.';

-- Whoever enrolled before this is due at its next session.
alter table mdm.session
  add revision bigint not null default 0,
  add due_at   timestamptz not null default '-infinity';
comment on column mdm.session.revision is
  'The revision of the desired state (mdm.session_rule.revision) that the device was last compared with.';
comment on column mdm.session.due_at is
  'When the device is to be looked at again though no revision was raised.';

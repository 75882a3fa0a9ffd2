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

create table mdm.group (
  name        text primary key,
  rule        jsonb,
  description text
);
select mdm.distribute('mdm.group');
comment on table mdm.group is
  'Groups of devices: who stands in mdm.group_member, and of whom the rule is true.';
comment on column mdm.group.rule is 'As mdm.rule_fits takes it; null: true of none.';
insert into mdm.group (name, rule, description)
values ('all', '{"all": []}', 'Every device.');

create table mdm.group_member (
  device uuid not null references mdm.device,
  name   text not null,
  primary key (device, name)
);
create index on mdm.group_member (name);
select mdm.distribute('mdm.group_member', 'device', 'mdm.device');
comment on table mdm.group_member is 'Who stands in a group by name.';

create table mdm.assignment (
  profile  text not null,
  name     text not null,
  exclude  boolean not null,
  priority int,
  primary key (profile, name)
);
select mdm.distribute('mdm.assignment');
comment on table mdm.assignment is 'The profiles that the devices of a group are to have, or not to have.';
comment on column mdm.assignment.name is 'The group.';
comment on column mdm.assignment.exclude is 'Whether devices of the group do not get the profile, whatever other group they are in.';
comment on column mdm.assignment.priority is 'Instead of the profile''s own.';

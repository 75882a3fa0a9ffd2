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

create table mdm.profile (
  name        text primary key,
  atomic      boolean not null,
  restore     boolean not null,
  priority    int not null,
  rule        jsonb,
  description text,
  generation  bigint not null default 1,
  changed_at  timestamptz not null default now()
);
select mdm.distribute('mdm.profile');
comment on table mdm.profile is 'What a device can be told to be, under a name.';
comment on column mdm.profile.atomic is 'Whether its items succeed or fail together, as far as a device has to change any.';
comment on column mdm.profile.restore is
  'Whether the value that a node has before is asked for, to be set again when the profile leaves the device.';
comment on column mdm.profile.priority is 'The highest wins where profiles differ about a node.';
comment on column mdm.profile.rule is 'As mdm.rule_fits takes it: the devices that it is made for; null: all.';
comment on column mdm.profile.generation is 'Raised to send it again as it is.';

create table mdm.profile_item (
  profile text not null,
  item    int not null,
  verb    text not null check (verb in ('Add', 'Replace', 'Delete', 'Exec')),
  uri     text not null,
  format  text not null,
  type    text not null,
  data    text,
  node    text not null,
  exec    boolean not null,
  want    bytea not null,
  remove  text,
  compare text not null check (compare in ('value', 'there', 'absent', 'none')),
  primary key (profile, item),
  unique (profile, node, exec)
);
select mdm.distribute('mdm.profile_item');
comment on table mdm.profile_item is 'The commands that a profile is made of, in their order.';
comment on column mdm.profile_item.node is 'Its uri as it is compared with others (mdm.uri_node).';
comment on column mdm.profile_item.exec is 'Whether it is an Exec: done once, with nothing to compare.';
comment on column mdm.profile_item.want is 'SHA-256 of verb, format, type and data: what a device has, or has not yet.';
comment on column mdm.profile_item.remove is 'What is deleted when it leaves a device (mdm.node_rule); null: nothing.';
comment on column mdm.profile_item.compare is 'What a Get is to find (mdm.node_rule).';

create table mdm.node_rule (
  uri     text primary key check (uri = lower(uri)),
  depth   int,
  compare text not null check (compare in ('value', 'there', 'none')),
  comment text not null
);
select mdm.distribute('mdm.node_rule');
comment on table mdm.node_rule is
  'How nodes that are unlike most are removed and read; of several the longest pattern counts.';
comment on column mdm.node_rule.uri is
  'LIKE pattern, in lower case, for what follows ./Device/Vendor/MSFT/, ./Vendor/MSFT/ or ./User/Vendor/MSFT/.';
comment on column mdm.node_rule.depth is
  'So many names of that lead to the node to delete; null: it is the node itself; 0: it cannot be removed.';
comment on column mdm.node_rule.compare is
  'value: a Get brings back what was set; there: it shows only whether the node is there; none: it cannot be read.';
insert into mdm.node_rule (uri, depth, compare, comment) values
('rootcatrustedcertificates/%/%/encodedcertificate', 3, 'value', 'one certificate is one node'),
('certificatestore/%/encodedcertificate', null, 'there', 'the certificate goes with the node'),
('clientcertificateinstall/scep/%', 3, 'there', 'a request is one node'),
('clientcertificateinstall/scep/%/challenge', 3, 'none', 'secret: can only be written'),
('clientcertificateinstall/pfxcertinstall/%', 3, 'there', 'a key with its certificate is one node'),
('clientcertificateinstall/pfxcertinstall/%/pfxcertblob', 3, 'none', 'secret: can only be written'),
('clientcertificateinstall/pfxcertinstall/%/pfxcertpassword', 3, 'none', 'secret: can only be written'),
('wifi/profile/%', 3, 'there', 'a network is one node; Windows may rewrite its XML'),
('vpnv2/%', 2, 'there', 'a connection is one node; Windows may rewrite its XML'),
('firewall/mdmstore/firewallrules/%', 4, 'value', 'a rule is one node'),
('enterprisedesktopappmanagement/msi/%', 3, 'none', 'Delete of the product uninstalls it'),
('enterprisemodernappmanagement/appinstallation/%', 0, 'none', 'gone once it is installed'),
('applicationcontrol/policies/%', 3, 'there', 'a policy is one node'),
('accounts/users/%', 3, 'none', 'can only be written; Delete removes the user'),
('policy/configoperations/admxinstall/%', null, 'none', 'can only be written'),
('accounts/domain/%', 0, 'none', 'a name cannot be taken back'),
('remotewipe/%', 0, 'none', 'an act'),
('reboot/rebootnow', 0, 'none', 'an act');

create table mdm.node (
  device        uuid not null references mdm.device,
  node          text not null,
  exec          boolean not null,
  uri           text not null,
  profile       text not null,
  generation    bigint not null,
  want          bytea,
  overrides     text[],
  remove        text,
  state         text not null check (state in ('pending', 'applied',
                'verified', 'drifted', 'failed', 'not applicable', 'leaving',
                'cannot be removed')),
  seq           bigint,
  status        int,
  error         text,
  failures      int not null default 0,
  retry_at      timestamptz,
  set_at        timestamptz,
  readable      boolean,
  proven        boolean not null default false,
  read_seq      bigint,
  checked_at    timestamptz,
  verified_at   timestamptz,
  drifts        int not null default 0,
  recorded      boolean not null default false,
  record_seq    bigint,
  former_format text,
  former_data   text,
  changed_at    timestamptz not null default now(),
  primary key (device, node, exec)
) with (fillfactor = 80);
create index on mdm.node (profile);
select mdm.distribute('mdm.node', 'device', 'mdm.device');
comment on table mdm.node is
  'What became of each node that a profile wants on a device; there is none before the device has come for it.';
comment on column mdm.node.profile is 'The profile that has its way, or had it last.';
comment on column mdm.node.generation is 'Of the profile, when it was sent.';
comment on column mdm.node.want is 'As mdm.profile_item.want; null: nobody wants it any longer.';
comment on column mdm.node.overrides is 'Profiles that want something else, but with a lower priority.';
comment on column mdm.node.remove is 'As mdm.profile_item.remove.';
comment on column mdm.node.seq is 'The command on its way (mdm.command) that sets or removes it.';
comment on column mdm.node.retry_at is 'When it is sent again after a failure or repaired.';
comment on column mdm.node.set_at is 'When the device last carried it out.';
comment on column mdm.node.readable is 'False when a Get was answered in vain.';
comment on column mdm.node.proven is 'Whether a Get ever brought back what is wanted.';
comment on column mdm.node.read_seq is 'The command that reads it.';
comment on column mdm.node.checked_at is 'When it was last asked for.';
comment on column mdm.node.recorded is 'Whether former_data is what stood there before; null if nothing did.';
comment on column mdm.node.record_seq is 'The command that reads that.';

create type mdm.node_act as (
  act text, node text, exec boolean, uri text, profile text, item int,
  rank int, generation bigint, want bytea, overrides text[], atomic boolean,
  record boolean, remove text, compare text);
comment on type mdm.node_act is 'What is to be done about a node of a device (mdm.node_diff).';

create type mdm.node_step as (
  seq bigint, kind text, node text, exec boolean, part int, verb text,
  uri text, format text, type text, data text);
comment on type mdm.node_step is
  'A command, or one of several parts, that sets, removes, reads or records a node (mdm.node_send).';

alter table mdm.status_class add meaning text;
comment on column mdm.status_class.meaning is 'What an administrator should make of it.';
update mdm.status_class c set meaning = m.meaning
  from (values
(202, 'The device has begun; the outcome comes later.'),
(215, 'Not carried out, because something before it failed or the user said no.'),
(216, 'Undone, because another command of the same Atomic failed.'),
(400, 'The device found the command malformed.'),
(403, 'A policy of the device forbids it.'),
(404, 'The device has no such node: this version or edition of Windows does not know it, or what it belongs to is missing.'),
(405, 'The node does not take this command: it is read-only, or this edition or the signed-in user may not.'),
(406, 'This version or edition of Windows does not support it.'),
(412, 'The command lacks something, such as its value.'),
(413, 'The value is too large.'),
(415, 'The format or type is not that of the node.'),
(416, 'The value is out of range.'),
(418, 'It exists already.'),
(420, 'There is no room for it.'),
(424, 'The value does not have the announced size.'),
(425, 'The device''s access rules do not permit it.'),
(500, 'The device could not carry it out; its event log (DeviceManagement-Enterprise-Diagnostics-Provider) says more.'),
(501, 'This edition of Windows cannot do it.'),
(507, 'The Atomic failed and was undone.'),
(510, 'The device could not store it.'),
(516, 'The Atomic failed, and could not be undone.'),
(517, 'The answer to the Atomic would have been too large.')) m (status, meaning)
 where c.status = m.status;

insert into mdm.setting (name, preset, pattern, reader, description) values
('verify_interval', '24', '0|[1-9][0-9]{0,3}', '{}',
 'Hours between two readings of what profiles set on a device, to find drift; 0 means never.'),
('profile_retry', '60', '[1-9][0-9]{0,4}', '{}',
 'Minutes after which what a device could not carry out of a profile is sent again; each further failure doubles it.'),
('profile_attempts', '5', '[1-9][0-9]?', '{}',
 'How often it is sent before the server waits for the profile to change.');

-- SPDX-License-Identifier: ISC
-- Many devices at once: the order and the time of commands, roll-outs and
-- maintenance windows.
set local citus.enable_local_reference_table_foreign_keys = off;
set local citus.multi_shard_modify_mode = 'sequential';

-- Their parameters change.
drop function if exists admin.enqueue(uuid, text, text, text, text, text);
drop function if exists admin.enqueue_syncml(uuid, text);
drop function if exists mdm.inventory_set(uuid, text[], text[]);

insert into mdm.setting (name, preset, pattern, reader, description) values
('time_zone', 'UTC', '[A-Za-z0-9_+/-]{1,64}', '{}',
 'The time zone of maintenance windows that go by the server''s clock, and of devices that did not say theirs.');

-- waiting: no check-in looks at it before mdm.session.due_at.
alter table mdm.command drop constraint command_state_check;
alter table mdm.command add constraint command_state_check check (state in
  ('queued', 'waiting', 'sent', 'accepted'));
alter table mdm.command
  add priority   int not null default 5 check (priority between -1 and 9),
  add not_before timestamptz,
  add expires_at timestamptz,
  add origin     text not null default 'administrator',
  add rollout    uuid,
  add waits_for  text check (waits_for in ('time', 'window', 'roll-out')),
  add waited     boolean not null default false,
  add check ((state = 'waiting') = (waits_for is not null));
comment on column mdm.command.state is
  'queued; waiting until its time; sent and not answered; accepted: begun, the outcome comes later.';
comment on column mdm.command.priority is
  '9 goes first and waits for no maintenance window; 5 is usual; -1 is the inventory''s; within one the order is that of seq.';
comment on column mdm.command.not_before is 'Not to be sent earlier; null: at once.';
comment on column mdm.command.expires_at is 'Not to be sent from then on; null: see the setting command_expiry.';
comment on column mdm.command.origin is 'Who queued it: administrator, roll-out, or a part of the server.';
comment on column mdm.command.rollout is 'The roll-out that it belongs to.';
comment on column mdm.command.waits_for is 'What it waits for, while its state is waiting.';
comment on column mdm.command.waited is 'Whether it ever waited, so that later ones may have passed it.';

alter table mdm.command_done
  add priority   int not null default 5,
  add not_before timestamptz,
  add expires_at timestamptz,
  add origin     text not null default 'administrator',
  add rollout    uuid,
  add waited     boolean not null default false;

-- In the order in which they are sent; it serves the question whether there
-- is any as well as the one before it did.
create index command_next on mdm.command (device, priority desc, seq)
  where state = 'queued';
drop index mdm.command_queued;
create index command_timed on mdm.command (device)
  where state = 'queued' and (not_before is not null or rollout is not null);
create index command_expiring on mdm.command (device, expires_at)
  where expires_at is not null and state in ('queued', 'waiting');

create table mdm.maintenance_window (
  name         text primary key,
  device_group text,
  weekdays     int[] not null check (weekdays <@ '{1,2,3,4,5,6,7}'
               and cardinality(weekdays) > 0),
  starts       time not null,
  minutes      int not null check (minutes between 1 and 1440),
  clock        text not null check (clock in ('device', 'server'))
);
select mdm.distribute('mdm.maintenance_window');
comment on table mdm.maintenance_window is
  'When commands that change something may be sent; a device that none is for takes them at any time.';
comment on column mdm.maintenance_window.device_group is 'Whose devices it is for; null: all.';
comment on column mdm.maintenance_window.weekdays is 'The days that it starts on: 1 Monday to 7 Sunday.';
comment on column mdm.maintenance_window.clock is
  'Whose time starts is: the device''s own, or that of the setting time_zone.';

alter table mdm.device add utc_offset int check (utc_offset between -1080 and 1080);
comment on column mdm.device.utc_offset is
  'Minutes that its clock is ahead of UTC, as it last said; null: it did not.';

create table mdm.rollout (
  rollout          uuid primary key,
  name             text not null unique,
  state            text not null default 'running' check (state in
                   ('running', 'paused', 'halted', 'finished', 'aborted')),
  reason           text,
  parts            jsonb not null,
  priority         int not null,
  device_group     text,
  rule             jsonb,
  waves            numeric[] not null,
  wave             int not null default 1,
  wave_at          timestamptz not null default now(),
  soak             int,
  advance_percent  numeric not null,
  halt_failures    int,
  halt_percent     numeric,
  halt_after       int not null,
  excused_failed   bigint not null default 0,
  excused_finished bigint not null default 0,
  ends_at          timestamptz not null,
  started_at       timestamptz not null default now(),
  ended_at         timestamptz
);
select mdm.distribute('mdm.rollout');
comment on table mdm.rollout is
  'Commands that reach the devices they are for in waves: a share of them at a time, each when it comes.';
comment on column mdm.rollout.parts is 'The command, as rows of mdm.part.';
comment on column mdm.rollout.waves is 'Percent of the devices after each wave.';
comment on column mdm.rollout.soak is 'Minutes that a wave lasts at least before the next one begins; null: that is the administrator''s to say.';
comment on column mdm.rollout.advance_percent is 'Of the devices that were given the command so many have to have ended it.';
comment on column mdm.rollout.halt_after is 'halt_percent counts once so many devices have ended it.';
comment on column mdm.rollout.excused_failed is 'Failures before the administrator let it go on.';
comment on column mdm.rollout.excused_finished is 'All that had ended then.';
comment on column mdm.rollout.ends_at is 'A device that comes later is not given it.';

create table mdm.rollout_device (
  device     uuid not null references mdm.device,
  rollout    uuid not null,
  command    uuid not null,
  state      text not null default 'open' check (state in ('open', 'done',
             'failed', 'cancelled', 'expired', 'unknown')),
  changed_at timestamptz not null default now(),
  primary key (device, rollout)
) with (fillfactor = 80);
create index rollout_device_state on mdm.rollout_device (rollout, state);
select mdm.distribute('mdm.rollout_device', 'device', 'mdm.device');
comment on table mdm.rollout_device is
  'Devices that a roll-out has reached; there is none before the device has come for it.';

-- How long things are kept, each in days.  Nothing is kept for ever.
insert into mdm.setting (name, preset, pattern, reader, description) values
('retain_command', '90', '[1-9][0-9]{0,4}', '{}',
 'Days after it ended that a command is kept, with its deliveries, statuses and results.'),
('retain_event', '730', '[1-9][0-9]{0,4}', '{}',
 'Days that the audit trail is kept; what is left of it can be verified.'),
('retain_alert', '90', '[1-9][0-9]{0,4}', '{}',
 'Days that alerts of devices are kept.'),
('retain_outbox', '30', '[1-9][0-9]{0,4}', '{}',
 'Days that an event waits for a webhook that does not take it.'),
('retain_token', '90', '[1-9][0-9]{0,4}', '{}',
 'Days after it expired that an enrollment token is kept.'),
('retain_rollout', '365', '[1-9][0-9]{0,4}', '{}',
 'Days after it ended that a roll-out is kept.'),
('retain_certificate', '400', '[1-9][0-9]{0,4}', '{}',
 'Days after it expired that a certificate is kept that a later one has replaced.'),
('retain_device', '730', '[1-9][0-9]{0,4}', '{}',
 'Days after its last event that a device that has left is kept, with all that belongs to it.');

alter table mdm.counter add forgotten bigint not null default 0;
comment on column mdm.counter.forgotten is
  'Commands that ended and were removed: those queued are as many as these, what is on its way and what has ended.';

-- Each finds the oldest without looking at the rest.
create index command_done_at on mdm.command_done (done_at);
create index command_done_reading on mdm.command_done (done_at)
  where origin = 'inventory' or origin = 'profile' and verb = 'Get';
create index alert_at on mdm.alert (received_at);
create index command_expires on mdm.command (expires_at)
  where expires_at is not null and state in ('queued', 'waiting');
create index device_left on mdm.device (state, created_at)
  where state in ('enrolling', 'unenrolled', 'retired');

-- What is asked of devices, and how often.
insert into mdm.setting (name, preset, pattern, reader, description) values
('inventory', 'off', 'off|on', '{}',
 'Whether devices are asked what mdm.inventory_kind lists; DevInfo comes unasked.'),
('retain_inventory_change', '365', '[1-9][0-9]{0,4}', '{}',
 'Days that changes of the inventory are kept.'),
('retain_reading', '1', '[1-9][0-9]{0,4}', '{}',
 'Days that the questions of the inventory, and readings of what profiles set, are kept as commands.');

create table mdm.inventory_kind (
  name        text primary key,
  hours       int not null check (hours between 1 and 8760),
  uris        text[] not null check (cardinality(uris) between 1 and 500),
  enabled     boolean not null default true,
  description text,
  changed_at  timestamptz not null default now()
);
select mdm.distribute('mdm.inventory_kind');
comment on table mdm.inventory_kind is
  'Questions that devices are asked together: one Get with an Item for each node.';
comment on column mdm.inventory_kind.hours is 'How often; devices are spread over that time.';
comment on column mdm.inventory_kind.uris is
  'The nodes; ?list=StructData brings all below one, and what is below it no more goes.';

create table mdm.inventory_plain (
  uri text primary key
);
select mdm.distribute('mdm.inventory_plain');
comment on table mdm.inventory_plain is
  'Nodes whose values change all the time: of these no changes are kept.';
insert into mdm.inventory_plain values
('./DevDetail/Ext/Microsoft/LocalTime'),
('./DevDetail/Ext/Microsoft/FreeStorage'),
('./Vendor/MSFT/DeviceStatus/Battery/Status'),
('./Vendor/MSFT/DeviceStatus/Battery/EstimatedChargeRemaining'),
('./Vendor/MSFT/DeviceStatus/Battery/EstimatedRuntime'),
('./Vendor/MSFT/Update/LastSuccessfulScanTime');

insert into mdm.inventory_kind (name, hours, uris, description) values
('DevDetail', 24, array(select './DevDetail/' || n from unnest('{SwV,HwV,FwV,OEM,DevTyp,Ext/Microsoft/DeviceName,Ext/Microsoft/LocalTime,
  Ext/Microsoft/OSPlatform,Ext/Microsoft/ProcessorArchitecture,Ext/Microsoft/ProcessorType,Ext/Microsoft/TotalRAM,Ext/Microsoft/TotalStorage,
  Ext/Microsoft/FreeStorage,Ext/Microsoft/SMBIOSSerialNumber,Ext/Microsoft/SMBIOSVersion,Ext/Microsoft/SystemSKU,Ext/Microsoft/DNSComputerName,
  Ext/WLANMACAddress,Ext/WlanIPv4Address,Ext/WlanIPv6Address}'::text[]) n),
 'System, hardware and the device''s clock.'),
('DeviceStatus', 24, array(select './Vendor/MSFT/DeviceStatus/' || n from unnest('{SecureBootState,OS/Edition,OS/Mode,DomainName,TPM/SpecificationVersion,
  TPM/ManufacturerId,TPM/ManufacturerIdTxt,TPM/ManufacturerVersion,Antivirus/Status,Antivirus/SignatureStatus,Antispyware/Status,
  Antispyware/SignatureStatus,Firewall/Status,UAC/Status,Compliance/EncryptionCompliance,Battery/Status,Battery/EstimatedChargeRemaining,
  DeviceGuard/VirtualizationBasedSecurityStatus,DeviceGuard/LsaCfgCredGuardStatus,DMA/BootDMAProtectionStatus}'::text[]) n),
 'Secure boot, TPM, protection and encryption.'),
('CSPVersions', 8760, '{./Vendor/MSFT/DeviceManageability/Capabilities/CSPVersions}',
 'The CSPs of the device: once, and again when its Windows has changed.'),
('Update', 24, '{./Vendor/MSFT/Update/LastSuccessfulScanTime,./Vendor/MSFT/Update/InstallableUpdates?list=StructData,
  ./Vendor/MSFT/Update/PendingRebootUpdates?list=StructData,./Vendor/MSFT/Update/FailedUpdates?list=StructData,
  ./Vendor/MSFT/Update/InstalledUpdates?list=StructData}',
 'Updates that are installed, wait for it or for a restart, or failed.'),
('Defender', 24, array(select './Vendor/MSFT/Defender/Health/' || n from unnest('{ProductStatus,ComputerState,DefenderEnabled,RtpEnabled,NisEnabled,
  QuickScanOverdue,FullScanOverdue,SignatureOutOfDate,RebootRequired,FullScanRequired,EngineVersion,SignatureVersion,DefenderVersion,
  QuickScanTime,FullScanTime,TamperProtectionEnabled,IsVirtualMachine}'::text[]) n) || '{./Vendor/MSFT/Defender/Detections?list=StructData}',
 'Microsoft Defender: its health, and what it found.'),
('BitLocker', 24, '{./Vendor/MSFT/BitLocker/Status/DeviceEncryptionStatus,./Vendor/MSFT/BitLocker/Status/RemovableDrivesEncryptionStatus}',
 'Encryption of drives.'),
('Programs', 168, '{./Vendor/MSFT/Win32AppInventory/Win32InstalledProgram?list=StructData}',
 'Installed programs.'),
('Apps', 168, '{./Vendor/MSFT/EnterpriseModernAppManagement/AppManagement?list=StructData}',
 'Installed apps of the Store and others of its kind.'),
('License', 168, '{./Vendor/MSFT/WindowsLicensing/Edition,./Vendor/MSFT/WindowsLicensing/Status,./Vendor/MSFT/WindowsLicensing/LicenseKeyType}',
 'Edition and licence of Windows.');

create table mdm.inventory_asked (
  device      uuid not null references mdm.device,
  kind        text not null,
  seq         bigint,
  asked_at    timestamptz not null,
  first_at    timestamptz,
  answered_at timestamptz,
  os_version  text,
  failures    int not null default 0,
  primary key (device, kind)
) with (fillfactor = 80);
create index inventory_asked_failing on mdm.inventory_asked (kind)
  where failures > 0;
select mdm.distribute('mdm.inventory_asked', 'device', 'mdm.device');
comment on table mdm.inventory_asked is 'When a device was last asked what.';
comment on column mdm.inventory_asked.seq is 'The command (mdm.command).';
comment on column mdm.inventory_asked.first_at is 'When it first answered: what is new since then is a change.';
comment on column mdm.inventory_asked.os_version is 'Of the device, when it was asked: another one and it is asked at once.';
comment on column mdm.inventory_asked.failures is 'How often in a row there was no answer at all; each doubles the time.';

create table mdm.inventory_missing (
  device     uuid not null references mdm.device,
  uri        text not null,
  status     int not null,
  os_version text,
  at         timestamptz not null default now(),
  primary key (device, uri)
);
select mdm.distribute('mdm.inventory_missing', 'device', 'mdm.device');
comment on table mdm.inventory_missing is
  'Nodes that a device does not know: not asked for until its Windows has changed.';

alter table mdm.inventory add seen_seq bigint;
comment on column mdm.inventory.seen_seq is
  'For what ?list=StructData brought: the command that last did.';
create index inventory_uri on mdm.inventory (uri text_pattern_ops);

create table mdm.inventory_change (
  device  uuid not null references mdm.device,
  uri     text not null,
  at      timestamptz not null,
  former  text,
  value   text,
  primary key (device, uri, at)
);
create index inventory_change_at on mdm.inventory_change (at);
select mdm.distribute('mdm.inventory_change', 'device', 'mdm.device');
comment on table mdm.inventory_change is 'What the inventory said before, and since when it says something else.';
comment on column mdm.inventory_change.former is 'Null: there was no such node.';
comment on column mdm.inventory_change.value is 'Null: there is no such node any more.';

create table mdm.compliance_rule (
  name         text primary key,
  rule         jsonb not null,
  device_group text,
  grace        int not null check (grace between 0 and 8760),
  tag_group    text,
  description  text
);
select mdm.distribute('mdm.compliance_rule');
comment on table mdm.compliance_rule is 'What has to be true of devices.';
comment on column mdm.compliance_rule.rule is 'As mdm.rule_fits takes it.';
comment on column mdm.compliance_rule.device_group is 'Whose devices it is for; null: all.';
comment on column mdm.compliance_rule.grace is 'Hours for which it may be untrue before the device is not compliant.';
comment on column mdm.compliance_rule.tag_group is 'A group in which devices stand while they break the rule.';

create table mdm.compliance (
  device   uuid not null references mdm.device,
  name     text not null,
  state    text not null check (state in ('compliant', 'grace', 'broken')),
  since    timestamptz not null,
  due_at   timestamptz not null default 'infinity',
  primary key (device, name)
) with (fillfactor = 80);
create index compliance_state on mdm.compliance (name, state);
select mdm.distribute('mdm.compliance', 'device', 'mdm.device');
comment on table mdm.compliance is
  'Which rules are true of a device; there is none before the device has come since the rule was made.';
comment on column mdm.compliance.state is 'grace: untrue, but not yet for too long.';
comment on column mdm.compliance.due_at is 'When the grace ends.';

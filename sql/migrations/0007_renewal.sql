-- SPDX-License-Identifier: ISC
-- Renewal: a certificate that follows another one of the same enrollment.
set local citus.enable_local_reference_table_foreign_keys = off;
set local citus.multi_shard_modify_mode = 'sequential';

insert into mdm.setting (name, preset, pattern, reader, description) values
('renewal_grace', '0', '0|[1-9][0-9]{0,3}', '{}',
 'Days after its certificate expired that a device may still renew it, by the signature of the request alone.'),
('renewal_limit', '0', '0|[1-9][0-9]{0,4}', '{}',
 'Days after it enrolled that a device may renew; then it has to enroll again.  0: without end.'),
('renewal_url', '', '(https://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[1-9][0-9]{0,4})?/[!-~]*)?', '{enrollment}',
 'Where devices send their renewals; empty: to where they enrolled.');

alter table mdm.certificate
  add generation     int not null default 0,
  add renews         bytea,
  add request_sha256 bytea,
  add renewal_asked  timestamptz;
comment on column mdm.certificate.generation is
  'Counts the renewals of its enrollment; 0: by enrollment itself.';
comment on column mdm.certificate.renews is 'Serial of the certificate that it renews.';
comment on column mdm.certificate.request_sha256 is
  'Of the PKCS#10 of its renewal: the same again gets the same certificate.';
comment on column mdm.certificate.renewal_asked is
  'When an administrator had the device renew it, whatever the time left.';

-- A device that takes the place of another, and machines of one hardware id.
alter table mdm.device_key drop constraint device_key_kind_check;
alter table mdm.device_key add constraint device_key_kind_check check (kind in
  ('owner', 'device_id', 'hardware_id', 'public_key', 'serial', 'certificate'));
comment on column mdm.device_key.kind is
  'owner: SHA-256 of UPN and DeviceID; device_id and hardware_id: SHA-256 of DeviceID and HWDevID,
with the first device that used it; public_key and certificate: their SHA-256; serial: as in the certificate.';
alter table mdm.device add supersedes uuid;
comment on column mdm.device.supersedes is
  'The device whose certificate it showed when it enrolled: retired once the new certificate is seen.';

-- What a provisioning document holds besides, and rules by which some of its
-- settings are others for some devices.
insert into mdm.setting (name, preset, pattern, reader, description) values
('enrollment_paths', 'one', 'one|by-os', '{discovery}',
 'Whether all devices enroll at one path, or Windows 10 and what came before it at two, as with other servers.'),
('certificate_store', '', '(User|System)?', '{enrollment}',
 'Store of a device''s certificate; empty: System for EnrollmentType Device, else User.'),
('device_name', '', '[^[:cntrl:]]{0,64}', '{enrollment}',
 'EntDeviceName: the server''s name for a device; empty: the device''s own.'),
('sync_application_version', '', '([1-5]\.0)?', '{enrollment}',
 'SyncApplicationVersion of the DM client; empty: not set.'),
('help_phone', '', '[^[:cntrl:]]{0,64}', '{enrollment}',
 'Telephone number that Windows shows for help; empty: none.'),
('help_website', '', '(https?://[!-~]{1,240})?', '{enrollment}',
 'Address of a page that Windows shows for help; empty: none.'),
('help_email', '', '([!-?A-~]{1,64}@[!-?A-~]{1,180})?', '{enrollment}',
 'Mail address that Windows shows for help; empty: none.'),
('unenroll_days', '', '([1-9][0-9]{0,3})?', '{enrollment}',
 'Days without contact after which a device unenrolls itself; empty: never.'),
('push_pfn', '', '[!-~]{0,128}', '{enrollment}',
 'Package family name under which devices may be woken by push; empty: none.'),
('esp_skip_device', '', '(true|false)?', '{enrollment}',
 'Whether the enrollment status page leaves out the device; empty: as Windows has it.'),
('esp_skip_user', '', '(true|false)?', '{enrollment}',
 'Whether it leaves out the user; empty: as Windows has it.'),
('esp_timeout', '', '([1-9][0-9]{0,2}|1[0-3][0-9]{2}|14[0-3][0-9]|1440)?', '{enrollment}',
 'Minutes until it says that enrollment failed; empty: as Windows has it.'),
('esp_collect_logs', '', '(true|false)?', '{enrollment}',
 'Whether its user may collect logs then; empty: as Windows has it.'),
('esp_error_text', '', '[^[:cntrl:]]{0,255}', '{enrollment}',
 'What it says when enrollment failed; empty: as Windows has it.');

alter table mdm.setting add ruled boolean not null default false;
comment on column mdm.setting.ruled is 'Whether a provisioning rule may have another value.';
update mdm.setting set ruled = true
 where name in ('server_name', 'connection_retries', 'backoff_initial',
    'backoff_maximum', 'renew_period', 'renew_retry', 'renewal_url',
    'default_encoding', 'message_signing', 'certificate_store', 'device_name',
    'sync_application_version', 'unenroll_days', 'push_pfn')
    or name ~ '^(poll|help|esp)_';

create table mdm.provisioning_rule (
  number           int primary key check (number > 0),
  name             text not null,
  device_types     text[],
  os_from          text,
  os_before        text,
  enrollment_type  text check (enrollment_type in ('Full', 'Device')),
  enrollment_group text,
  settings         jsonb not null
);
select mdm.distribute('mdm.provisioning_rule');
comment on table mdm.provisioning_rule is
  'Settings of the provisioning document for devices that fit; of several the least number counts.';
comment on column mdm.provisioning_rule.device_types is 'DeviceType, in any letter case; null: any.';
comment on column mdm.provisioning_rule.os_from is 'The first OSVersion; null: any.';
comment on column mdm.provisioning_rule.os_before is 'The first OSVersion that is too new; null: none is.';
comment on column mdm.provisioning_rule.enrollment_type is 'EnrollmentType; null: any.';
comment on column mdm.provisioning_rule.enrollment_group is 'The group it enrolled into; null: any.';
comment on column mdm.provisioning_rule.settings is 'Value by name of setting.';

alter table mdm.enrollment add store text check (store in ('User', 'System'));
comment on column mdm.enrollment.store is 'Where the device was told to put its certificate.';

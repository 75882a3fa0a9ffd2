-- SPDX-License-Identifier: ISC
-- What all devices share: settings, accounts, the certificate template and
-- the list of commands that must run once.  Small tables, copied to every
-- node where Citus is present; none of them points at a device.
set local citus.enable_local_reference_table_foreign_keys = off;
set local citus.multi_shard_modify_mode = 'sequential';

do $$
begin
  if current_setting('server_encoding') <> 'UTF8' then
    raise exception 'the database must be UTF8, it is %',
      current_setting('server_encoding');
  end if;
end
$$;

create table mdm.setting (
  name        text primary key,
  value       text,
  preset      text not null,
  pattern     text not null,
  reader      text[] not null,
  description text not null
);
select mdm.distribute('mdm.setting');
comment on table mdm.setting is 'What an administrator may tune while everything runs.';
comment on column mdm.setting.value is 'The administrator''s value; null means the preset.';
comment on column mdm.setting.preset is 'The value that holds until another is set.';
comment on column mdm.setting.pattern is 'Regular expression that the whole value must match.';
comment on column mdm.setting.reader is 'The workers that are given this setting.';

insert into mdm.setting (name, preset, pattern, reader, description) values
('enrollment_url', 'https://enterpriseenrollment.example.com',
 'https://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[1-9][0-9]{0,4})?', '{discovery,enrollment}',
 'Base URL of the discovery, policy and enrollment services, without a path.'),
('management_url', 'https://manage.example.com/ManagementServer/MDM.svc',
 'https://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[1-9][0-9]{0,4})?/[!-~]*', '{enrollment,management}',
 'Full URL of the management service.'),
('enrollment_version', '4.0', '[1-9][0-9]?\.[0-9]{1,2}', '{discovery}',
 'The newest enrollment protocol version that discovery offers.'),
('fault_http_status', '500', '500|200', '{discovery,enrollment}',
 'HTTP status of a SOAP fault.'),
('provider_id', 'Fenestra', '[A-Za-z0-9._-]{1,64}', '{enrollment,management}',
 'PROVIDER-ID of the provisioning document and of DMClient/Provider.'),
('server_name', 'Fenestra', '[^[:cntrl:]]{1,64}', '{enrollment,management}',
 'The name that the user of a device sees.'),
('poll_first_number', '5', '0|[1-9][0-9]{0,4}', '{enrollment}',
 'Polls of the first set after enrollment; 0 means without end.'),
('poll_first_interval', '15', '0|[1-9][0-9]{0,4}', '{enrollment}',
 'Minutes between polls of the first set.'),
('poll_second_number', '10', '0|[1-9][0-9]{0,4}', '{enrollment}',
 'Polls of the second set; 0 means without end.'),
('poll_second_interval', '60', '0|[1-9][0-9]{0,4}', '{enrollment}',
 'Minutes between polls of the second set.'),
('poll_remaining_number', '0', '0|[1-9][0-9]{0,4}', '{enrollment}',
 'Polls of the last set; 0 means without end.'),
('poll_remaining_interval', '1440', '0|[1-9][0-9]{0,4}', '{enrollment}',
 'Minutes between polls of the last set.'),
('poll_on_login', 'true', 'true|false', '{enrollment}',
 'Whether a device polls when its user signs in.'),
('renew_period', '42', '[1-9][0-9]{0,2}|1000', '{enrollment}',
 'Days before its certificate expires that a device begins to renew it.'),
('renew_retry', '7', '[1-9][0-9]{0,2}|1000', '{enrollment}',
 'Days between attempts to renew; not more than renew_period.'),
('connection_retries', '6', '0|[1-9][0-9]{0,2}', '{enrollment}',
 'How often a device repeats a connection that failed.'),
('backoff_initial', '30000', '[1-9][0-9]{0,8}', '{enrollment}',
 'Milliseconds before the first of these retries.'),
('backoff_maximum', '120000', '[1-9][0-9]{0,8}', '{enrollment}',
 'Milliseconds that such a wait may grow to.'),
('certificate_backdate', '300', '0|[1-9][0-9]{0,4}', '{enrollment}',
 'Seconds by which a certificate begins before now, for clocks that lag.'),
('message_budget', '65536', '[1-9][0-9]{3,6}', '{management}',
 'Octets of commands that one message may carry; one command always fits.'),
('session_messages', '50', '[1-9][0-9]{0,3}', '{management}',
 'Messages after which a session is given no more commands.');

create table mdm.account (
  name          text primary key check (name = lower(upn)),
  upn           text not null,
  password_hash text not null,
  enabled       boolean not null default true,
  created_at    timestamptz not null default now(),
  changed_at    timestamptz not null default now()
);
select mdm.distribute('mdm.account');
comment on table mdm.account is 'Users who may enroll devices with a password.';
comment on column mdm.account.name is 'The UPN in lower case: what a sign-in is compared with.';
comment on column mdm.account.password_hash is 'Secret.  As crypt(3) makes it, yescrypt.';

create table mdm.template (
  name               text primary key,
  active             boolean not null,
  policy_schema      int not null,
  minimal_key_length int not null,
  maximal_key_length int not null,
  key_types          text[] not null check (key_types <@ '{RSA,EC}'),
  hash_oid           text not null,
  hash_name          text not null,
  validity_seconds   bigint not null check (validity_seconds > 0),
  renewal_seconds    bigint not null,
  crypto_providers   text[] not null default '{}',
  major_revision     int not null,
  minor_revision     int not null,
  check (minimal_key_length <= maximal_key_length),
  check (renewal_seconds < validity_seconds)
);
create unique index on mdm.template (active) where active;
select mdm.distribute('mdm.template');
comment on table mdm.template is
  'The certificate that a device is asked to request, and is then given; one row is active.';

insert into mdm.template values
('Fenestra Device', true, 3, 2048, 4096, '{RSA,EC}',
 '2.16.840.1.101.3.4.2.1', 'szOID_NIST_sha256',
 365 * 86400, 42 * 86400, '{}', 1, 0);

create table mdm.run_once (
  uri     text primary key check (uri = lower(uri)),
  comment text not null
);
select mdm.distribute('mdm.run_once');
comment on table mdm.run_once is
  'Exec nodes that must not be run a second time when their outcome is not known.';
comment on column mdm.run_once.uri is
  'LIKE pattern, in lower case, for what follows ./Device/Vendor/MSFT/ or ./Vendor/MSFT/.';

insert into mdm.run_once values
('remotewipe/%',                          'wipe and reset in all variants'),
('cleanpc/%',                             'reset'),
('reboot/rebootnow',                      'restart'),
('remotelock/%',                          'lock, and lock with a new PIN'),
('laps/actions/resetpassword',            'new local administrator password'),
('bitlocker/rotaterecoverypasswords',     'new recovery keys'),
('dmclient/unenroll',                     'unenrollment'),
('dmclient/provider/%/unenroll',          'unenrollment'),
('certificatestore/my/wstep/renew/renewnow', 'new device certificate'),
('defender/offlinescan',                  'restart and scan'),
('windowslicensing/changeproductkey',     'edition'),
('windowslicensing/upgradeeditionwithproductkey', 'edition and restart');

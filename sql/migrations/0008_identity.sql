-- SPDX-License-Identifier: ISC
-- Who may enroll: the ways in, directories, the throttle, tokens, groups with
-- their restrictions, approval, and tenants whose tokens are believed.
set local citus.enable_local_reference_table_foreign_keys = off;
set local citus.multi_shard_modify_mode = 'sequential';

-- In its place stands enrollment.sign_in.
drop function if exists enrollment.account(text);

insert into mdm.setting (name, preset, pattern, reader, description) values
('throttle_user', '5', '0|[1-9][0-9]{0,3}', '{}',
 'Wrong passwords for one user name after which each further attempt has to wait; 0 means never.'),
('throttle_source', '100', '0|[1-9][0-9]{0,5}', '{}',
 'The same for one source address (IPv6: one /64).'),
('throttle_overall', '600', '0|[1-9][0-9]{0,6}', '{}',
 'Failures within a minute, of all users together, after which nobody may try until it is over; 0 means never.'),
('throttle_first', '15', '[1-9][0-9]{0,3}', '{}',
 'Seconds of the first wait; each further failure doubles it.'),
('throttle_maximum', '900', '[1-9][0-9]{0,4}', '{}',
 'Seconds that a wait may grow to, and after which failures are forgotten.'),
('approval', 'none', 'none|required', '{}',
 'Whether a device that enrolls is given commands only after admin.approve.'),
('maintenance', 'false', 'true|false', '{}',
 'Whether new enrollments are refused with InMaintenance.'),
('refusal_message', '', '[^[:cntrl:]]{0,255}', '{}',
 'What Windows shows when an enrollment is refused by a restriction; empty: its own words.');

create table mdm.enrollment_group (
  name               text primary key,
  state              text not null default 'open' check (state in
                     ('open', 'maintenance', 'closed')),
  devices_per_user   int check (devices_per_user >= 0),
  devices            int check (devices >= 0),
  device_types       text[],
  os_editions        int[],
  minimum_os_version text,
  registered         boolean not null default false,
  approval           boolean not null default false,
  message            text
);
select mdm.distribute('mdm.enrollment_group');
comment on table mdm.enrollment_group is
  'What must be true of a device and its user for it to enroll; null means anything.';
comment on column mdm.enrollment_group.devices is 'Devices that the group may have: its licences.';
comment on column mdm.enrollment_group.registered is
  'Whether a device must stand in mdm.registration.';
comment on column mdm.enrollment_group.message is 'What Windows shows; null: the setting refusal_message.';
insert into mdm.enrollment_group (name) values ('default');

create table mdm.registration (
  enrollment_group text not null,
  kind             text not null check (kind in
                   ('serial_number', 'model', 'hardware_id')),
  value            text not null,
  created_at       timestamptz not null default now(),
  primary key (enrollment_group, kind, value)
);
select mdm.distribute('mdm.registration');
comment on table mdm.registration is
  'Devices that are known before they enroll, by what they say of themselves.';
comment on column mdm.registration.value is 'In lower case.';

create table mdm.directory (
  name               text primary key,
  uri                text not null,
  start_tls          boolean not null,
  ca_file            text,
  base               text,
  user_filter        text,
  bind_dn            text,
  bind_password_file text,
  dn_template        text,
  group_base         text,
  group_filter       text,
  timeout            int not null,
  check ((dn_template is null) <> (user_filter is null or base is null))
);
select mdm.distribute('mdm.directory');
comment on table mdm.directory is 'LDAP servers that check passwords.';
comment on column mdm.directory.bind_password_file is
  'A file of the enrollment worker''s host: the secret is not in the database.';

-- One row decides: that of the domain, or else that of '*'.
create table mdm.way (
  credential       text not null check (credential in
                   ('password', 'token', 'federated', 'jwt')),
  domain           text not null check (domain = lower(domain)),
  enabled          boolean not null,
  directory        text,
  netbios          text check (netbios = lower(netbios)),
  enrollment_group text not null default 'default',
  primary key (credential, domain),
  check (directory is null or credential = 'password')
);
create unique index on mdm.way (netbios);
select mdm.distribute('mdm.way');
comment on table mdm.way is 'How users of which domain may prove who they are.';
comment on column mdm.way.domain is 'What stands behind the @ of a user name; * for all others.';
comment on column mdm.way.directory is 'Where passwords are checked; null: in mdm.account.';
comment on column mdm.way.netbios is 'What stands before the backslash in DOMAIN\user for this domain.';
insert into mdm.way (credential, domain, enabled) values
('password', '*', true), ('token', '*', true),
('federated', '*', false), ('jwt', '*', false);

create table mdm.throttle (
  kind     text not null check (kind in ('overall', 'source', 'user')),
  value    bytea not null,
  failures int not null,
  since    bigint not null,
  until    bigint not null,
  primary key (kind, value)
);
create index on mdm.throttle (until);
select mdm.distribute('mdm.throttle');
comment on table mdm.throttle is 'Failed attempts to sign in, and how long to wait for them.';
comment on column mdm.throttle.value is 'SHA-256 of the user name or source address, whether it exists or not.';
comment on column mdm.throttle.since is 'Seconds since 1970: the last failure; for overall, the first of its minute.';
comment on column mdm.throttle.until is 'No attempt before this.';

create table mdm.token (
  sha256           bytea primary key,
  id               uuid not null unique default gen_random_uuid(),
  credential       text not null check (credential in ('token', 'federated')),
  name             text not null,
  upn              text not null,
  enrollment_group text,
  device_names     text[],
  uses             int not null check (uses > 0),
  used             int not null default 0 check (used between 0 and uses),
  created_at       timestamptz not null default now(),
  expires_at       timestamptz not null,
  revoked_at       timestamptz
);
create index on mdm.token (expires_at);
select mdm.distribute('mdm.token');
comment on table mdm.token is
  'Enrollment tokens of an administrator, and those that a sign-in page gave to a user.';
comment on column mdm.token.sha256 is 'Of the token, which is stored nowhere.';
comment on column mdm.token.device_names is 'Patterns, one of which the device''s name has to match; null: any.';
comment on column mdm.token.enrollment_group is 'Null: that of the way.';

create table mdm.tenant (
  tenant    uuid primary key,
  audiences text[] not null check (cardinality(audiences) > 0),
  issuers   text[] not null check (cardinality(issuers) > 0),
  scope     text not null,
  domains   text[]
);
select mdm.distribute('mdm.tenant');
comment on table mdm.tenant is 'The Entra tenants whose tokens are believed; none: no token is.';

create table mdm.jwk (
  kid text primary key,
  kty text not null check (kty in ('RSA', 'EC')),
  n   text,
  e   text,
  x   text,
  y   text,
  check (case kty when 'RSA' then num_nulls(n, e) when 'EC' then num_nulls(x, y) end = 0)
);
select mdm.distribute('mdm.jwk');
comment on table mdm.jwk is 'The public keys of who signs these tokens, as in RFC 7517.';

alter table mdm.device
  add enrollment_group  text,
  add awaiting_approval boolean not null default false;
create index on mdm.device (enrollment_group) where enrollment_group is not null;
create index on mdm.device (lower(upn));
comment on column mdm.device.awaiting_approval is
  'Whether it is given no command until admin.approve.';

alter table mdm.enrollment
  add credential       text,
  add enrollment_group text,
  add token            uuid;
comment on column mdm.enrollment.credential is
  'The way in: password, directory, token, federated or jwt; null: not admitted yet.';
comment on column mdm.enrollment.token is 'Which token was used (mdm.token.id).';

-- SPDX-License-Identifier: ISC
-- What a token is good for besides; terms of use at every way in; an address
-- of the services with a path; and a message that comes too late to count.
set local citus.enable_local_reference_table_foreign_keys = off;
set local citus.multi_shard_modify_mode = 'sequential';

-- In their places stand functions with more parameters, which have defaults.
drop function if exists enrollment.admit(text, text, bytea, text, bytea);
drop function if exists admin.token_create(int, timestamptz, text, text, text[], text);

alter table mdm.token
  add networks           cidr[],
  add os_editions        int[],
  add minimum_os_version text;
comment on column mdm.token.networks is 'Where an enrollment has to come from; null: anywhere.';
comment on column mdm.token.os_editions is 'The OSEditions that a device may have; null: any.';
comment on column mdm.token.minimum_os_version is 'The least OSVersion that a device may have; null: any.';

insert into mdm.setting (name, preset, pattern, reader, description) values
('terms_enforced', 'false', 'true|false', '{}',
 'Whether a token of Entra ID enrolls nobody who has not accepted the terms of use that hold.'),
('token_days', '30', '[1-9][0-9]{0,3}', '{}',
 'Days after its end for which an enrollment token is still listed, and a request that it opened may come again.');

update mdm.setting
   set pattern = 'https://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[1-9][0-9]{0,4})?(/[A-Za-z0-9._~-]*[A-Za-z0-9_~-])*',
       description = 'Base URL of the discovery, policy and enrollment services: without their own paths, but with the path before them where the front server has one.'
 where name = 'enrollment_url';

alter table mdm.session add before_sha256 bytea;
comment on column mdm.session.before_sha256 is
  'The first message of the session before this one: from a worker that was held up it would end this one.';

create table mdm.jwt_use (
  sha256     bytea primary key,
  device_id  text not null,
  expires_at timestamptz not null
);
create index on mdm.jwt_use (expires_at);
select mdm.distribute('mdm.jwt_use');
comment on table mdm.jwt_use is
  'Tokens of Entra ID that enrolled a device, which no other device may have the use of.';
comment on column mdm.jwt_use.sha256 is 'Of what is signed in it.';
comment on column mdm.jwt_use.device_id is 'The DeviceID, in lower case.';
comment on column mdm.jwt_use.expires_at is 'When it is over in any case.';

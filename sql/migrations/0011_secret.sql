-- SPDX-License-Identifier: ISC
-- Secrets that are sealed with a key outside the database, and the variables
-- of commands.
set local citus.enable_local_reference_table_foreign_keys = off;
set local citus.multi_shard_modify_mode = 'sequential';

-- Its results change.
drop function if exists management.deliver(uuid, int);

-- They are given after the device is known, for which they are sealed.
alter table mdm.enrollment
  alter client_secret drop not null,
  alter server_secret drop not null;
comment on column mdm.enrollment.client_secret is
  'Sealed; clear where it is of an earlier release and was not used since.  Null until the device is first told.';
comment on column mdm.enrollment.server_secret is 'As client_secret.';

create table mdm.variable (
  name       text primary key check (name ~ '^[a-z][a-z0-9_]{0,63}$'),
  value      text not null,
  changed_at timestamptz not null default now()
);
select mdm.distribute('mdm.variable');
comment on table mdm.variable is 'What stands for $(site.NAME) in the data of commands.';

-- The nil uuid is no device: so no foreign key.
create table mdm.secret (
  device     uuid not null,
  name       text not null check (name ~ '^[a-z][a-z0-9_]{0,63}$'),
  value      text not null,
  changed_at timestamptz not null default now(),
  primary key (device, name)
);
select mdm.distribute('mdm.secret', 'device', 'mdm.device');
comment on table mdm.secret is
  'What stands for $(secret.NAME): the device''s own, or else that of the nil uuid.';
comment on column mdm.secret.value is 'Sealed.';

create table mdm.expansion (
  device  uuid not null references mdm.device,
  seq     bigint not null,
  session bigint not null,
  msg     bigint not null,
  "values" jsonb not null,
  primary key (device, seq)
);
select mdm.distribute('mdm.expansion', 'device', 'mdm.device');
comment on table mdm.expansion is
  'The values of the variables of a command as it was last given to its device: a repeated message gets the same.';
comment on column mdm.expansion.session is 'mdm.session.number.';
comment on column mdm.expansion."values" is
  '{NAME: value}; of a secret {"device": ..., "sealed": ...}; what is not known is missing.';

create table mdm.secret_node (
  device uuid not null references mdm.device,
  node   text not null,
  primary key (device, node)
);
select mdm.distribute('mdm.secret_node', 'device', 'mdm.device');
comment on table mdm.secret_node is
  'Nodes that were given a secret: what the device says of them is not kept.';
comment on column mdm.secret_node.node is 'As of mdm.uri_node.';

alter table mdm.command
  add variables boolean not null default false;
comment on column mdm.command.variables is
  'Whether its data, or those of a part, have variables: $(...).';

-- SPDX-License-Identifier: ISC
-- What configuration service providers have to offer, as Microsoft describes
-- them (DDF), and the policies of ADMX files; both are the administrator's to
-- load.  Until then nothing is checked.
set local citus.enable_local_reference_table_foreign_keys = off;
set local citus.multi_shard_modify_mode = 'sequential';

insert into mdm.setting (name, preset, pattern, reader, description) values
('csp_check', 'refuse', 'off|warn|refuse', '{}',
 'What happens to a command or profile that the imported catalogue of nodes says is wrong.');

create table mdm.csp_root (
  root        text primary key,
  uri         text not null,
  file        text not null,
  nodes       int not null,
  imported_at timestamptz not null default now()
);
create index on mdm.csp_root (file);
select mdm.distribute('mdm.csp_root');
comment on table mdm.csp_root is
  'The topmost nodes that are described; what lies below none of them is not checked.';
comment on column mdm.csp_root.root is 'As mdm.uri_node has it.';

create table mdm.csp_node (
  path        text primary key,
  root        text not null,
  uri         text not null,
  name        text not null,
  verbs       text[] not null,
  format      text,
  preset      text,
  title       text,
  description text,
  occurrence  text,
  permanent   boolean not null,
  mime        text,
  naming      text,
  os_builds   text[],
  csp_version text,
  editions    text[],
  entra       boolean not null,
  value_type  text,
  allowed     jsonb,
  delimiter   text,
  admx        jsonb,
  behaviour   jsonb not null,
  atomic      boolean not null,
  deprecated  text
);
create index on mdm.csp_node (root);
select mdm.distribute('mdm.csp_node');
comment on table mdm.csp_node is 'Each node that a DDF file describes.';
comment on column mdm.csp_node.path is 'As mdm.uri_node has it, with * for a name that is not fixed.';
comment on column mdm.csp_node.uri is 'As written, with {Title} for a name that is not fixed.';
comment on column mdm.csp_node.naming is 'Who gives the name: server, client, or the words that describe it.';
comment on column mdm.csp_node.os_builds is 'Its own, or inherited: the first release, and patches of earlier ones.';
comment on column mdm.csp_node.allowed is '[{"value": ..., "description": ...}, ...]; of a range, pattern or schema one.';
comment on column mdm.csp_node.behaviour is 'What else is said: replace, reboot, conflict, group policy, depends on.';

create table mdm.admx (
  name        text primary key,
  app         text not null,
  kind        text not null check (kind in ('Policy', 'Preference')),
  uri         text not null,
  namespace   text not null,
  content     text not null,
  imported_at timestamptz not null default now()
);
create unique index on mdm.admx (app, kind, name);
select mdm.distribute('mdm.admx');
comment on table mdm.admx is 'ADMX files, which devices take in before their policies can be set.';
comment on column mdm.admx.uri is 'The node that devices take it in at.';
comment on column mdm.admx.app is 'The first word of the area of each of its policies.';

create table mdm.admx_policy (
  admx     text not null,
  policy   text not null,
  class    text not null check (class in ('Machine', 'User', 'Both')),
  area     text not null,
  key      text not null,
  value    text,
  label    text,
  blocked  boolean not null,
  elements jsonb not null,
  primary key (admx, policy)
);
create index on mdm.admx_policy (lower(area), lower(policy));
create index on mdm.admx_policy (lower(policy));
select mdm.distribute('mdm.admx_policy');
comment on table mdm.admx_policy is 'The policies of these files.';
comment on column mdm.admx_policy.area is 'App~Policy~Category~Category: where below Policy/Config it is.';
comment on column mdm.admx_policy.blocked is 'Whether Windows takes it in not at all, as the key is its own.';
comment on column mdm.admx_policy.key is 'The registry key that it writes.';
comment on column mdm.admx_policy.elements is
  '[{"id": ..., "kind": text, decimal, boolean, enum, list or multiText, "required": ..., ...}, ...].';

-- SPDX-License-Identifier: ISC
-- The ways in.
create or replace view admin.way as
select w.credential, w.domain, w.enabled, w.directory, w.netbios,
       w.enrollment_group
  from mdm.way w;
comment on view admin.way is
  'The ways in: how users of which domain may prove who they are.';
comment on column admin.way.credential is 'password, token, federated (a sign-in page) or jwt (Entra).';
comment on column admin.way.domain is 'What stands behind the @ of a user name; * for domains without a row.';
comment on column admin.way.enabled is 'Whether it is open.';
comment on column admin.way.directory is 'Where passwords are checked (directory.name); null: the accounts.';
comment on column admin.way.netbios is 'What stands before the backslash in DOMAIN\user for this domain.';
comment on column admin.way.enrollment_group is 'Whose restrictions hold (enrollment_group.name).';

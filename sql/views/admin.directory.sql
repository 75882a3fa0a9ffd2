-- SPDX-License-Identifier: ISC
-- The LDAP servers that check passwords.
create or replace view admin.directory as
select d.name, d.uri, d.start_tls, d.ca_file, d.base, d.user_filter, d.bind_dn,
       d.bind_password_file, d.dn_template, d.group_base, d.group_filter,
       d.timeout
  from mdm.directory d;
comment on view admin.directory is 'The LDAP servers that check passwords.';
comment on column admin.directory.name is 'The name that way_set takes.';
comment on column admin.directory.uri is 'ldaps://, ldapi:// or ldap://.';
comment on column admin.directory.start_tls is 'Whether TLS begins on an ldap:// connection before anything else.';
comment on column admin.directory.ca_file is 'PEM file with the CA of the server''s certificate.';
comment on column admin.directory.base is 'Where users are looked for.';
comment on column admin.directory.user_filter is 'Finds the one entry of a user.';
comment on column admin.directory.bind_dn is 'Who looks; null: nobody.';
comment on column admin.directory.bind_password_file is 'File with its password, on the host of the enrollment worker.';
comment on column admin.directory.dn_template is 'The DN of a user, where it need not be looked for.';
comment on column admin.directory.group_base is 'Where groups are looked for.';
comment on column admin.directory.group_filter is 'Has to find a group, or the user may not enroll.';
comment on column admin.directory.timeout is 'Seconds that a check may take.';

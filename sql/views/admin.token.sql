-- SPDX-License-Identifier: ISC
-- The enrollment tokens, but not what they are.
create or replace view admin.token as
select t.id, t.name, t.credential, t.upn, t.enrollment_group, t.device_names,
       t.uses, t.used, t.created_at, t.expires_at, t.revoked_at,
       t.networks, t.os_editions, t.minimum_os_version
  from mdm.token t;
comment on view admin.token is 'The enrollment tokens, but not what they are.';
comment on column admin.token.id is 'What token_revoke takes.';
comment on column admin.token.name is 'Its name.';
comment on column admin.token.credential is 'token: of token_create; federated: given to a user by the sign-in page.';
comment on column admin.token.upn is 'Whose devices they will be.';
comment on column admin.token.enrollment_group is 'Whose restrictions hold; null: those of the way in.';
comment on column admin.token.device_names is 'Patterns, one of which the device name has to match; null: any.';
comment on column admin.token.uses is 'How many devices may enroll with it.';
comment on column admin.token.used is 'How many have.';
comment on column admin.token.created_at is 'When it was made.';
comment on column admin.token.expires_at is 'No new enrollment from then on.';
comment on column admin.token.revoked_at is 'When it was revoked.';
comment on column admin.token.networks is 'Where an enrollment has to come from; null: anywhere.';
comment on column admin.token.os_editions is 'The OSEditions that a device may have; null: any.';
comment on column admin.token.minimum_os_version is 'The least OSVersion that a device may have; null: any.';

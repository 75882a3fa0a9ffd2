-- SPDX-License-Identifier: ISC
-- The users who may enroll devices, without their password hashes.
create or replace view admin.account as
select a.upn, a.enabled, a.created_at, a.changed_at
  from mdm.account a;
comment on view admin.account is
  'The users who may enroll devices, without their password hashes.';
comment on column admin.account.upn is 'The sign-in name; its letter case does not matter.';
comment on column admin.account.enabled is 'Whether sign-in is allowed.';
comment on column admin.account.created_at is 'When it was added.';
comment on column admin.account.changed_at is 'When its password was last set.';

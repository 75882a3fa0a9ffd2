-- SPDX-License-Identifier: ISC
-- Which secrets there are for $(secret.NAME); not what they are.
create or replace view admin.secret as
select nullif(s.device, '00000000-0000-0000-0000-000000000000') as device,
       s.name, s.changed_at
  from mdm.secret s;
comment on view admin.secret is
  'Which secrets there are for $(secret.NAME); not what they are.';
comment on column admin.secret.device is 'Whose it is; null: of all devices that have none of their own.';
comment on column admin.secret.name is 'NAME.';
comment on column admin.secret.changed_at is 'When it was last set.';

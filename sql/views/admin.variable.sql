-- SPDX-License-Identifier: ISC
-- What stands for $(site.NAME) in the data of commands.
create or replace view admin.variable as
select v.name, v.value, v.changed_at
  from mdm.variable v;
comment on view admin.variable is
  'What stands for $(site.NAME) in the data of commands.';
comment on column admin.variable.name is 'NAME.';
comment on column admin.variable.value is 'The value.';
comment on column admin.variable.changed_at is 'When it was last set.';

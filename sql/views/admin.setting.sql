-- SPDX-License-Identifier: ISC
-- What may be tuned while everything runs; see setting_set.
create or replace view admin.setting as
select s.name, coalesce(s.value, s.preset) as value, s.preset, s.pattern,
       s.description
  from mdm.setting s;
comment on view admin.setting is
  'What may be tuned while everything runs; see setting_set.';
comment on column admin.setting.name is 'Its name.';
comment on column admin.setting.value is 'The value that holds.';
comment on column admin.setting.preset is 'The value if none is set.';
comment on column admin.setting.pattern is 'Regular expression that the whole value must match.';
comment on column admin.setting.description is 'What it does.';

-- SPDX-License-Identifier: ISC
-- Groups of devices.
create or replace view admin.group as
select g.name, g.rule, g.description,
       (select count(*) from mdm.group_member m where m.name = g.name) as members,
       array(select a.profile from mdm.assignment a
              where a.name = g.name and not a.exclude order by 1) as profiles
  from mdm.group g;
comment on view admin.group is 'Groups of devices, which profiles are assigned to.';
comment on column admin.group.name is 'Its name; all is there from the beginning.';
comment on column admin.group.rule is 'The devices of which this is true belong to it.';
comment on column admin.group.description is 'What it is for.';
comment on column admin.group.members is 'How many devices stand in it by name.';
comment on column admin.group.profiles is 'The profiles that are assigned to it.';

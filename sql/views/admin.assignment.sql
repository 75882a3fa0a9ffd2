-- SPDX-License-Identifier: ISC
-- Which groups have which profiles.
create or replace view admin.assignment as
select a.profile, a.name as group_name, a.exclude,
       case when not a.exclude then coalesce(a.priority, p.priority) end as priority
  from mdm.assignment a
  join mdm.profile p on p.name = a.profile;
comment on view admin.assignment is 'The profiles that groups are to have, or not to have.';
comment on column admin.assignment.profile is 'The profile (profile.name).';
comment on column admin.assignment.group_name is 'The group (group.name).';
comment on column admin.assignment.exclude is 'Whether its devices do not get the profile, whatever other group they are in.';
comment on column admin.assignment.priority is 'The highest wins where profiles differ about a node.';

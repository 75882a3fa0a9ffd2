-- SPDX-License-Identifier: ISC
-- Profiles, and whom they are assigned to.
create or replace view admin.profile as
select p.name, p.description, p.priority, p.atomic, p.restore, p.rule,
       (select count(*) from mdm.profile_item i where i.profile = p.name) as items,
       array(select a.name from mdm.assignment a
              where a.profile = p.name and not a.exclude order by 1) as assigned,
       array(select a.name from mdm.assignment a
              where a.profile = p.name and a.exclude order by 1) as excluded,
       p.generation, p.changed_at
  from mdm.profile p;
comment on view admin.profile is 'What devices can be told to be, and which are.';
comment on column admin.profile.name is 'Its name.';
comment on column admin.profile.description is 'What it is for.';
comment on column admin.profile.priority is 'The highest wins where profiles differ about a node.';
comment on column admin.profile.atomic is 'Whether its items succeed or fail together.';
comment on column admin.profile.restore is 'Whether the values before are kept, to be set again when it leaves a device.';
comment on column admin.profile.rule is 'The devices that it is made for; null: all.';
comment on column admin.profile.items is 'How many items it has (profile_item).';
comment on column admin.profile.assigned is 'The groups that are to have it.';
comment on column admin.profile.excluded is 'The groups that are not, whatever other group a device is in.';
comment on column admin.profile.generation is 'Raised by profile_resend.';
comment on column admin.profile.changed_at is 'When it was last changed.';

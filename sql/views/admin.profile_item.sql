-- SPDX-License-Identifier: ISC
-- What profiles are made of.
create or replace view admin.profile_item as
select i.profile, i.item, i.verb, i.uri, i.format, i.type, i.data, i.remove,
       i.compare
  from mdm.profile_item i;
comment on view admin.profile_item is 'The items of profiles, in their order.';
comment on column admin.profile_item.profile is 'The profile (profile.name).';
comment on column admin.profile_item.item is 'Its place in the profile.';
comment on column admin.profile_item.verb is 'Add, Replace, Delete or Exec.';
comment on column admin.profile_item.uri is 'Target LocURI.';
comment on column admin.profile_item.format is 'Meta/Format.';
comment on column admin.profile_item.type is 'Meta/Type.';
comment on column admin.profile_item.data is 'Data.';
comment on column admin.profile_item.remove is 'The node that is deleted when it leaves a device; null: none.';
comment on column admin.profile_item.compare is 'What a Get is to find: the value, that the node is there, or that it is absent; none: it is not read.';

-- SPDX-License-Identifier: ISC
-- The policies of the ADMX files, and the nodes that set them.
create or replace view admin.admx_policy as
select p.admx, p.policy, p.class, p.area, p.label, p.key, p.value, p.elements,
       case when p.class <> 'User' then
         format('./Device/Vendor/MSFT/Policy/Config/%s/%s', p.area, p.policy) end as uri,
       case when p.class <> 'Machine' then
         format('./User/Vendor/MSFT/Policy/Config/%s/%s', p.area, p.policy) end as user_uri,
       p.blocked
  from mdm.admx_policy p;
comment on view admin.admx_policy is
  'The policies of the ADMX files, and the nodes that set them, with data by admx_value.';
comment on column admin.admx_policy.admx is 'The file (admx.name).';
comment on column admin.admx_policy.policy is 'Its name.';
comment on column admin.admx_policy.class is 'Machine, User or Both.';
comment on column admin.admx_policy.area is 'App~Policy~Category~Category.';
comment on column admin.admx_policy.label is 'What the file calls it for people: a name of a text in the ADML file.';
comment on column admin.admx_policy.key is 'The registry key that it writes.';
comment on column admin.admx_policy.value is 'The value of that key.';
comment on column admin.admx_policy.elements is
  'What is to be said besides enabled: [{"id": ..., "kind": text, decimal, longDecimal, boolean, enum, list or multiText, "required": ..., "values": ...}, ...].';
comment on column admin.admx_policy.uri is 'The node that sets it for the device.';
comment on column admin.admx_policy.user_uri is 'The node that sets it for users.';
comment on column admin.admx_policy.blocked is 'Whether Windows takes it in not at all, as the key is its own.';

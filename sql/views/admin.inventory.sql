-- SPDX-License-Identifier: ISC
-- What devices last said of themselves.
create or replace view admin.inventory as
select i.device, i.uri, i.value, i.changed_at
  from mdm.inventory i;
comment on view admin.inventory is
  'What devices last said of themselves.';
comment on column admin.inventory.device is 'The device (device.id).';
comment on column admin.inventory.uri is 'The node.';
comment on column admin.inventory.value is 'Its value.';
comment on column admin.inventory.changed_at is 'When the value was last seen to change.';

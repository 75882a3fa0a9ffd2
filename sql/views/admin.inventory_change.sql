-- SPDX-License-Identifier: ISC
-- What the inventory said before.
create or replace view admin.inventory_change as
select h.device, h.uri, h.at, h.former, h.value
  from mdm.inventory_change h;
comment on view admin.inventory_change is 'What the inventory said before.';
comment on column admin.inventory_change.device is 'The device (device.id).';
comment on column admin.inventory_change.uri is 'The node.';
comment on column admin.inventory_change.at is 'When the change was seen.';
comment on column admin.inventory_change.former is 'The value before; null: it was not there.';
comment on column admin.inventory_change.value is 'The value from then on; null: it is not there any more.';

-- SPDX-License-Identifier: ISC
-- Nodes that devices do not know.
create or replace view admin.inventory_missing as
select m.device, m.uri, m.status, m.os_version, m.at
  from mdm.inventory_missing m;
comment on view admin.inventory_missing is
  'Nodes that devices do not know; they are asked for again when Windows has changed.';
comment on column admin.inventory_missing.device is 'The device (device.id).';
comment on column admin.inventory_missing.uri is 'The node.';
comment on column admin.inventory_missing.status is 'What the device said: 404, 405, 406 or 501.';
comment on column admin.inventory_missing.os_version is 'What Windows it had then.';
comment on column admin.inventory_missing.at is 'When.';

-- SPDX-License-Identifier: ISC
-- Installed programs, from the inventory.
create or replace view admin.program as
select i.device, i.value as name, v.value as version, p.value as publisher,
       i.changed_at
  from mdm.inventory i
  left join mdm.inventory v on v.device = i.device
   and v.uri = regexp_replace(i.uri, '/Name$', '/Version')
  left join mdm.inventory p on p.device = i.device
   and p.uri = regexp_replace(i.uri, '/Name$', '/Publisher')
 where i.uri like './Vendor/MSFT/Win32AppInventory/Win32InstalledProgram/%/Name';
comment on view admin.program is
  'Installed programs, as devices last said; ask for one device or one name.';
comment on column admin.program.device is 'The device (device.id).';
comment on column admin.program.name is 'Its name.';
comment on column admin.program.version is 'Its version.';
comment on column admin.program.publisher is 'Who made it.';
comment on column admin.program.changed_at is 'When it was first seen, under this name.';

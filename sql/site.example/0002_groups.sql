-- SPDX-License-Identifier: ISC
-- Groups of devices.  The group "all" is there already.  A rule asks for
-- columns of admin.device and for nodes of the inventory; see fenestra-sql(7).

-- Who tries everything first.  A device that enrolls later belongs as well.
select admin.group_set('pilots', '{"device": "serial_number", "op": "in",
  "value": ["PF3X0001", "PF3X0002", "PF3X0003"]}',
  in_description => 'gets updates a week before the others');

select admin.group_set('windows-11',
  '{"device": "os_version", "op": ">=", "value": "10.0.22000"}');

-- The model tells a laptop here.
select admin.group_set('laptops', '{"any": [
  {"device": "model", "op": "like", "value": "ThinkPad*"},
  {"device": "model", "op": "like", "value": "Latitude*"}]}');

-- Machines that control something: nothing is forced on them.
select admin.group_set('kiosks',
  '{"device": "name", "op": "like", "value": "KIOSK-*"}');

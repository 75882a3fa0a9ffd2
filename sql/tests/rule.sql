-- SPDX-License-Identifier: ISC
-- Rules over devices and inventory, and the groups that are made of them.
begin;
\ir fixture.inc
select * from no_plan();
select fixture.enroll('A') as a \gset
select fixture.enroll('B') as b \gset
select fixture.message(:'a', '1', 1);
select fixture.message(:'b', '1', 1);
update mdm.device set os_version = '10.0.9999', model = 'Latitude_5440', serial_number = 'S1' where device = :'a';
update mdm.device set os_version = '10.0.22631.1' where device = :'b';
insert into mdm.inventory (device, uri, value) values
(:'a', './DevDetail/Ext/Microsoft/TotalRAM', '16384'),
(:'a', './Device/Vendor/MSFT/BitLocker/Status/DeviceEncryptionStatus', '0'),
(:'a', './Device/Vendor/MSFT/DeviceStatus/NetworkIdentifiers/00-11/IsConnected', 'true'),
(:'a', './Device/Vendor/MSFT/DeviceStatus/NetworkIdentifiers/00-22/IsConnected', 'false'),
(:'a', './Vendor/MSFT/Empty', '');

create function fixture.fits(in_device uuid, in_rule jsonb) returns boolean language sql as
$$ select mdm.rule_fits(in_device, in_rule) $$;
create table fixture.rules (wanted boolean, rule jsonb);
insert into fixture.rules values
(true,  '{"all": []}'), (false, '{"any": []}'), (true, '{"not": {"any": []}}'),
(true,  '{"device": "model", "value": "latitude_5440"}'),
(true,  '{"device": "model", "op": "like", "value": "lat*_54?0"}'),
(false, '{"device": "model", "op": "like", "value": "Latitude%"}'),
(false, '{"device": "model", "op": "like", "value": "Latitude?5440?"}'),
(true,  '{"device": "model", "op": "<>", "value": "X"}'),
(true,  '{"device": "model", "op": "in", "value": ["X", "LATITUDE_5440", 3]}'),
(false, '{"device": "model", "op": "in", "value": []}'),
(true,  '{"device": "os_version", "op": "<", "value": "10.0.22000"}'),
(false, '{"device": "os_version", "op": ">=", "value": "10.0.22000"}'),
(true,  '{"device": "os_version", "op": "<", "value": "10.0.9999.1"}'),
(true,  '{"device": "manufacturer", "op": "exists", "value": false}'),
(false, '{"device": "manufacturer", "op": "exists"}'),
(false, '{"device": "manufacturer", "op": "<>", "value": "X"}'),
(true,  '{"not": {"device": "manufacturer", "value": "X"}}'),
(true,  '{"node": "./DevDetail/Ext/Microsoft/TotalRAM", "op": ">", "value": 8192}'),
(false, '{"node": "./DevDetail/Ext/Microsoft/TotalRAM", "op": ">", "value": 16384}'),
(true,  '{"node": "./DevDetail/Ext/Microsoft/TotalRAM", "op": "<=", "value": 16384.0}'),
(false, '{"node": "./DevDetail/Ext/Microsoft/TotalRAM", "value": "16384.0"}'),
(false, '{"node": "./DevDetail/Ext/Microsoft/TotalRAM", "op": "<", "value": "2"}'),
(true,  '{"node": "./DevDetail/Ext/Microsoft/TotalRAM", "op": ">", "value": "9999"}'),
(true,  '{"node": "./Vendor/MSFT/BitLocker/Status/DeviceEncryptionStatus", "value": 0}'),
(true,  '{"node": "./Device/Vendor/MSFT/BitLocker/Status/DeviceEncryptionStatus", "value": false}'),
(false, '{"node": "./Device/Vendor/MSFT/BitLocker/Status/DeviceEncryptionStatus", "value": true}'),
(true,  '{"node": "./Device/Vendor/MSFT/DeviceStatus/NetworkIdentifiers/*/IsConnected", "value": true}'),
(true,  '{"node": "./Vendor/MSFT/DeviceStatus/NetworkIdentifiers/*/IsConnected", "op": "exists"}'),
(false, '{"node": "./Vendor/MSFT/DeviceStatus/*/IsConnected", "op": "exists"}'),
(true,  '{"node": "./Vendor/MSFT/DeviceStatus/*/IsConnected", "op": "exists", "value": false}'),
(false, '{"node": "./Vendor/MSFT/Empty", "op": ">", "value": 0}'),
(true,  '{"node": "./Vendor/MSFT/Empty", "op": "exists"}'),
(false, '{"node": "./Vendor.MSFT/*", "op": "exists"}'),
(false, '{"member": "pilots"}'),
(false, '{"all": [{"all": []}, {"any": []}]}'), (true, '{"any": [{"any": []}, {"all": []}]}');
select is_empty('select rule, mdm.rule_fault(rule) from fixture.rules where mdm.rule_fault(rule) is not null', 'these rules are good');
select is_empty(format('select rule from fixture.rules where mdm.rule_fits(%L, rule) is distinct from wanted', :'a'), 'and true where they should be');
select is(admin.rule_fits(:'a', '{"device": "model", "op": "like", "value": "Lat*"}'), true, 'one may be tried');
select throws_ok(format('select admin.rule_fits(%L, ''{}'')', :'a'), 'MD400', null, 'if it is one');
select throws_ok('select admin.rule_fits(gen_random_uuid(), ''{"all": []}'')', 'MD404', null, 'and there is such a device');
select is(mdm.rule_same('TRUE', 'true'), true, 'true is true in any case');
select is(mdm.rule_same('x', '1'), false, 'a text is not a number');
select is(mdm.rule_compare('b', '>', '"a"'), true, 'texts have an order');
select is(mdm.rule_compare('a', 'in', '[]'), false, 'nothing is in an empty list');

-- What is no rule.
select bag_eq($$ select mdm.rule_fault(r.rule) like 'rule: %' || r.why || '%' from (values
  ('[]'::jsonb, 'must be an object'), ('{}', 'must have one of'), ('{"device": "x", "value": 1}', 'device must be one of'),
  ('{"device": "model", "value": 1, "x": 2}', 'nothing but op and value'), ('{"all": [], "any": []}', 'there must be nothing'),
  ('{"all": {}}', 'takes a list'), ('{"all": [1]}', 'must be an object'), ('{"not": {"device": "secret", "value": 1}}', 'device must'),
  ('{"device": 1, "value": 1}', 'device takes a text'), ('{"member": ["a"]}', 'member takes a text'),
  ('{"node": "/a", "value": 1}', 'LocURI'), ('{"node": "./a?list=Struct", "value": 1}', 'no query'), ('{"node": "./a", "op": "~", "value": 1}', 'op must be'),
  ('{"node": "./a"}', 'takes a text'), ('{"node": "./a", "op": "in", "value": "x"}', 'in takes'), ('{"node": "./a", "op": "in", "value": [[]]}', 'in takes'),
  ('{"node": "./a", "op": "like", "value": 1}', 'like takes'), ('{"node": "./a", "op": "<", "value": true}', '< takes'),
  ('{"node": "./a", "op": "exists", "value": 1}', 'exists takes'), ('{"node": "./a", "value": null}', 'takes a text')) r (rule, why) $$,
  array_fill(true, array[20]), 'what is no rule is refused with the reason');
select is(mdm.rule_fault(null), mdm.rule_fault('[]'), 'nor is nothing');
select is(mdm.rule_fault((repeat('{"not": ', 17) || '{"all": []}' || repeat('}', 17))::jsonb), 'rule: is larger than 64 KiB or nested more than 16 deep', 'depth has an end');

-- Groups.
select revision as r from mdm.session_rule \gset
create function fixture.raised(in_from bigint) returns bigint language sql as 'select revision - in_from from mdm.session_rule';
select is(admin.group_set('old', '{"device": "os_version", "op": "<", "value": "10.0.22000"}', null, 'old Windows'), true, 'a group by rule');
select is(admin.group_set('old', '{"device": "os_version", "op": "<", "value": "10.0.22000"}', null, 'old Windows'), false, 'the same again changes nothing');
select is(fixture.raised(:r), 1::bigint, 'one revision');
select is(admin.group_set('pilots', null, array[:'b', :'b']::uuid[]), true, 'a group by name');
select is(admin.group_set('pilots', null, array[:'b']::uuid[]), false, 'the same again');
select is(admin.group_set('pilots', null, null), false, 'and without naming them');
select is(fixture.raised(:r), 2::bigint, 'two revisions');
select is(admin.group_set('pilots', null, null, 'who goes first'), true, 'another description');
select is(fixture.raised(:r), 2::bigint, 'concerns no device');
select results_eq('select name, device, member from admin.group_device where name <> ''all'' order by name',
  format($$ values ('old', %L::uuid, false), ('pilots', %L::uuid, true) $$, :'a', :'b'), 'who is in them');
select is((select count(*) from admin.group_device where name = 'all'), 2::bigint, 'all are in all');
select results_eq('select name, members from admin.group order by name',
  $$ values ('all', 0::bigint), ('old', 0), ('pilots', 1) $$, 'the view counts those by name');
select is(mdm.rule_fits(:'b', '{"member": "pilots"}'), true, 'a rule may ask for it');

update mdm.session set due_at = 'infinity';
select is(admin.group_member_add('pilots', array[:'a', :'b']::uuid[]), 1, 'one more');
select is((select array_agg(device) from mdm.session where due_at = '-infinity'), array[:'a']::uuid[], 'which alone is due');
select is(admin.group_member_remove('pilots', array[:'a']::uuid[]), 1, 'and one less');
select is(mdm.group_member_set(:'a', 'pilots', false), false, 'once');
select is(fixture.raised(:r), 2::bigint, 'the others are let be');
select is((fixture.events(:'a'))[4:], '{group.joined,group.left}', 'the device''s events');
select is(fixture.events(null), '{group.set,group.set,group.set}', 'and the server''s');
select is(admin.group_set('pilots', null, '{}'), true, 'nobody by name');
select is_empty('select from mdm.group_member', 'is in it');

select throws_ok('select admin.group_set(''all'')', 'MD400', 'name: the group "all" cannot be changed', 'all stays all');
select throws_ok('select admin.group_set(E''a\nb'')', 'MD400', null, 'a name with a line break');
select throws_ok('select admin.group_set('' a'')', 'MD400', null, 'or a blank before it');
select throws_ok('select admin.group_set(''a'', ''{}'')', 'MD400', null, 'a bad rule');
select throws_ok('select admin.group_set(''a'', null, null, repeat(''x'', 1001))', 'MD400', null, 'a long description');
select throws_ok('select admin.group_set(''a'', null, array[gen_random_uuid()])', 'MD404', null, 'a device that is none');
select throws_ok('select admin.group_set(''a'', null, array[null]::uuid[])', 'MD404', 'no device null', 'or null');
select throws_ok('select admin.group_member_add(''none'', ''{}'')', 'MD404', 'no group "none"', 'no such group to join');
select throws_ok('select admin.group_member_remove(''none'', ''{}'')', 'MD404', 'no group "none"', 'nor to leave');
select throws_ok('select admin.group_remove(''none'')', 'MD404', 'no group "none"', 'nor to remove');
select throws_ok('select admin.group_remove(''all'')', 'MD400', null, 'all cannot be');
insert into mdm.assignment (profile, name, exclude) values ('p', 'old', false);
select throws_ok('select admin.group_remove(''old'')', 'MD409', 'the profile "p" is assigned to the group "old"', 'one in use');
delete from mdm.assignment;
select lives_ok('select admin.group_remove(''old'')', 'one that is not');
select is((select array_agg(name order by 1) from mdm.group), '{all,pilots}', 'is gone');
select * from finish();
rollback;

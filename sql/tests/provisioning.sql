-- SPDX-License-Identifier: ISC
-- Provisioning rules: which device is told what.
begin;
\ir fixture.inc
select * from no_plan();

create function fixture.pc(in_name text, in_type text, in_os text, in_enrollment text default 'Full') returns uuid language sql as
$$ select device from enrollment.reserve('ann@fenestra.test', in_name, in_enrollment, fixture.h('request ' || in_name), convert_to('key ' || in_name, 'UTF8'),
     fixture.h('serial ' || in_name), 'a', 'c', 's', '\x01', '\x02', '{DeviceType,OSVersion}', array[in_type, in_os]) $$;
create function fixture.told(in_device uuid, in_name text) returns text language sql as
$$ select value from enrollment.provisioning(in_device) where name = in_name $$;

select fixture.pc('A', 'CIMClient_Windows', '10.0.19045.1') as a, fixture.pc('P', 'WindowsPhone', '8.10.14219.0') as p,
  fixture.pc('D', 'CIMClient_Windows', ' 10.0.26100.1 ', 'Device') as d, fixture.pc('O', null, 'odd') as o \gset
select bag_eq(format('select name, value from enrollment.provisioning(%L) where name <> ''certificate_store''', :'a'),
  'select name, value from enrollment.setting() where name <> ''certificate_store''', 'without rules the settings hold');
select is(fixture.told(:'a', 'certificate_store') || fixture.told(:'d', 'certificate_store'), 'UserSystem', 'the store follows the EnrollmentType');

select admin.provisioning_set(20, 'all', '{"poll_first_number": 7, "help_phone": "1", "server_name": "All"}');
select admin.provisioning_set(10, 'new ones', '{"help_phone": "2", "certificate_store": "System"}', in_os_from => '10.0.22000');
select admin.provisioning_set(5, 'phones', '{"help_phone": "3"}', '{windowsPHONE,WindowsHandheld}');
select admin.provisioning_set(6, 'old ones', '{"help_phone": "4", "server_name": "Old"}', in_os_before => '9');
select admin.provisioning_set(1, 'machines', '{"esp_timeout": "30"}', in_enrollment_type => 'Device');
select is(fixture.told(:'a', 'help_phone') || fixture.told(:'a', 'poll_first_number') || fixture.told(:'a', 'esp_timeout'), '17', 'a rule without conditions is for all');
select is(fixture.told(:'d', 'help_phone') || fixture.told(:'d', 'poll_first_number') || fixture.told(:'d', 'esp_timeout'), '2730', 'of several the least number counts, for each setting');
select is(fixture.told(:'p', 'help_phone') || fixture.told(:'p', 'server_name'), '3Old', 'device types in any letter case, and versions as numbers');
select is(fixture.told(:'o', 'help_phone'), '1', 'what is no version fits no condition on it');
select fixture.pc('E', 'CIMClient_Windows', '10.0.22631.1') as e \gset
select is(fixture.told(:'e', 'certificate_store'), 'System', 'a rule may name the store');
select admin.provisioning_remove(10);
select is(fixture.told(:'e', 'certificate_store'), 'System', 'which stays as it was first said');
select is((select store from mdm.enrollment where device = :'e'), 'System', 'for renewals too');
select is(fixture.told(:'e', 'help_phone'), '1', 'the rest follows the rules');
select admin.provisioning_set(5, 'phones', '{"help_phone": "5"}', '{WindowsPhone}');
select is(fixture.told(:'p', 'help_phone'), '5', 'a rule can be changed');
select results_eq('select number, name from admin.provisioning', $$ values (1, 'machines'), (5, 'phones'), (6, 'old ones'), (20, 'all') $$, 'the rules in order');

-- A group, where devices have one.
alter table mdm.device add column if not exists enrollment_group text;
update mdm.device set enrollment_group = 'kiosk' where device = :'a';
select admin.provisioning_set(2, 'kiosks', '{"help_phone": "6"}', in_group => 'kiosk');
select is(fixture.told(:'a', 'help_phone') || fixture.told(:'e', 'help_phone'), '61', 'a rule may be for a group');

-- What is refused.
select throws_ok(format('select admin.provisioning_set(%s)', args), 'MD400', null, args) from unnest(array[
  '0, ''x'', ''{}''', 'null, ''x'', ''{}''', '3, '''', ''{}''', '3, ''x'', null', '3, ''x'', ''[]''', '3, ''x'', ''{"provider_id": "x"}''',
  '3, ''x'', ''{"no_such": "x"}''', '3, ''x'', ''{"esp_timeout": "1441"}''', '3, ''x'', ''{"esp_timeout": null}''', '3, ''x'', ''{"help_website": "ftp://x"}''',
  '3, ''x'', ''{}'', null, ''ten''', '3, ''x'', ''{}'', null, null, ''1.x''', '3, ''x'', ''{}'', null, null, null, ''Other''']) as t (args);
select throws_ok('select admin.provisioning_remove(3)', 'MD404', null, 'no such rule');
select is((select count(*) from admin.event where kind like 'provisioning.%'), 8::bigint, 'each act is in the audit trail');
select * from finish();
rollback;

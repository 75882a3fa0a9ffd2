-- SPDX-License-Identifier: ISC
-- What the command `fenestra` needs of schema admin.
begin;
\ir fixture.inc
select * from no_plan();
select fixture.enroll('A') as a, fixture.enroll('B') as b \gset
update mdm.device set name = 'Desk', serial_number = 'SN-1' where device = :'a';
update mdm.device set name = 'desk', serial_number = 'SN-2' where device = :'b';

-- The device that a person means.
select is(admin.device_find(:'a'), :'a', 'by id');
select is(admin.device_find(upper(:'a')), :'a', 'in whatever letter case');
select is(admin.device_find('sn-2'), :'b', 'by serial number');
select is(admin.device_find('b'), :'b', 'by DeviceID');
select throws_ok('select admin.device_find(''DESK'')', 'MD409', format('2 devices are called "DESK": %s, %s',
  least(:'a', :'b'), greatest(:'a', :'b')), 'a name that two have');
update mdm.device set state = 'unenrolled' where device = :'a';
select is(admin.device_find('DESK'), :'b', 'is that of the one that has not left');
select is(admin.device_find('sn-1'), :'a', 'who has left is found by what only it has');
update mdm.device set state = 'retired' where device = :'b';
select throws_ok('select admin.device_find(''DESK'')', 'MD409', null, 'two that have left are two');
select throws_ok('select admin.device_find(''nobody'')', 'MD404', 'no device "nobody"', 'none');
select throws_ok('select admin.device_find(gen_random_uuid()::text)', 'MD404', null, 'no such id');
select throws_ok('select admin.device_find(null)', 'MD404', null, 'nothing');

-- Users who may not sign in for now.
select lives_ok($$ select admin.user_set('Jo@fenestra.test', '$y$j9T$' || repeat('a', 22) || '$' || repeat('b', 43)) $$, 'a user');
select lives_ok('select admin.user_disable(''jo@FENESTRA.test'')', 'is disabled');
select is((select enabled from admin.account), false, 'and shown so');
select lives_ok('select admin.user_enable(''jo@fenestra.test'')', 'enabled again');
select is((select enabled from admin.account), true, 'and shown so');
select is((select array_agg(kind order by seq) from admin.event where kind like 'user.%'),
  '{user.set,user.disabled,user.enabled}', 'each left its event');
select throws_ok('select admin.user_disable(''x'')', 'MD404', 'no user "x"', 'nobody to disable');
select throws_ok('select admin.user_enable(null)', 'MD404', null, 'nobody to enable');
select * from finish();
rollback;

-- SPDX-License-Identifier: ISC
-- Strangers with our certificates, and devices that are taken back.
begin;
\ir fixture.inc
select * from no_plan();

create function fixture.stranger(in_n int, in_name text, in_id text, in_end bigint default 4000000000) returns void language sql as
$$ select management.stranger(fixture.h('stranger ' || in_n), '\x01', '\x02', '\x03', fixture.h('serial of ' || in_n), in_name, in_id, 1000000000, in_end) $$;
create function fixture.hex(in_n int) returns text language sql as $$ select encode(fixture.h('stranger ' || in_n), 'hex') $$;
\set known '''a0000000-0000-4000-8000-000000000001'''

select fixture.stranger(1, :known, null) \g /dev/null
select fixture.stranger(1, :known, 'ID-1') \g /dev/null
select results_eq('select certificate, device, device_id, known from admin.stranger',
  $$ values (fixture.hex(1), 'a0000000-0000-4000-8000-000000000001', 'ID-1', false) $$, 'one row, with what was learnt');
select is((select count(*) from admin.event where kind = 'device.unknown'), 1::bigint, 'one event');
select fixture.stranger(2, 'old', 'ID-2', 1000000001) \g /dev/null
select is((select count(*) from admin.stranger), 1::bigint, 'one that ended is not shown');
select fixture.stranger(3, 'printer', 'ID-3') \g /dev/null
select is((select count(*) from mdm.stranger), 2::bigint, 'and is forgotten');

select throws_ok($$ select admin.recover(fixture.hex(9), 'a@b.c') $$, 'MD404', null, 'who never came');
select throws_ok($$ select admin.recover(null, 'a@b.c') $$, 'MD404', null, 'null');
select throws_ok($$ select admin.recover(fixture.hex(3), 'a@b.c') $$, 'MD409', null, 'what is no device');
select throws_ok($$ select admin.recover(fixture.hex(1)) $$, 'MD400', null, 'a new device without a user');
select throws_ok($$ select admin.recover(fixture.hex(1), 'nobody') $$, 'MD400', null, 'and with a bad one');
select is(admin.recover(upper(fixture.hex(1)), 'eve@fenestra.test')::text, :known, 'recovered, under its name');
select is((select array[upn, device_id, state] from admin.device where id = :known::uuid), '{eve@fenestra.test,ID-1,enrolling}'::text[], 'the device');
select is((select count(*) from admin.certificate where device = :known::uuid and state = 'issued'), 1::bigint, 'its certificate');
select is(management.certificate(fixture.h('stranger 1'))::text, :known, 'leads to it');
select is((select server_msg from management.message(:known, fixture.h('stranger 1'), 'ID-1', '1', 1, fixture.h('b'), null, true)), 1::bigint, 'it may speak');
select is((select state from admin.device where id = :known::uuid), 'enrolled', 'and is back');
select is((select array_agg(kind order by seq) from admin.event where device = :known::uuid and kind like 'device.%'), '{device.recovered,device.enrolled}'::text[], 'its events');
select throws_ok($$ select admin.recover(fixture.hex(1), 'a@b.c') $$, 'MD404', null, 'once');
select is_empty('select admin.audit_verify()', 'the chains hold');

-- A second certificate of a known device; a second device of the same name.
select fixture.stranger(4, :known, 'ID-1') \g /dev/null
select is((select array[known::text, upn] from admin.stranger where certificate = fixture.hex(4)), '{true,eve@fenestra.test}'::text[], 'known');
select lives_ok($$ select admin.recover(fixture.hex(4)) $$, 'no user is wanted');
select fixture.stranger(5, 'a0000000-0000-4000-8000-000000000005', 'id-1') \g /dev/null
select throws_ok($$ select admin.recover(fixture.hex(5), 'Eve@fenestra.test') $$, 'MD409', null, 'the same user with the same DeviceID');
select lives_ok($$ select admin.recover(fixture.hex(5), 'ann@fenestra.test') $$, 'another user');
select admin.block(:known) \g /dev/null
select fixture.stranger(6, :known, 'ID-1') \g /dev/null
select throws_ok($$ select admin.recover(fixture.hex(6)) $$, 'MD409', null, 'one that was blocked stays out');

-- After a restore.
select fixture.enroll('one') as one \gset
select admin.enqueue(:'one', 'Exec', './Vendor/MSFT/Reboot/RebootNow') \g /dev/null
select admin.enqueue(:'one', 'Get', './DevDetail/SwV') \g /dev/null
select is(admin.restored(), 1::bigint, 'one command that must not run twice');
select is(fixture.states(:'one'), '{unknown,queued}'::text[], 'ends, the other waits');
select is(admin.restored(), 0::bigint, 'again: none');

select * from finish();
rollback;

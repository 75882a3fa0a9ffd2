-- SPDX-License-Identifier: ISC
-- What the signer is told to sign, warned of, and puts on its list.
begin;
\ir fixture.inc
select * from no_plan();

create function fixture.until(in_days numeric) returns bigint language sql as
$$ select floor(extract(epoch from now() + in_days * interval '1 day'))::bigint $$;
create function fixture.look(in_days numeric, in_name text default 'ca', in_role text default 'issuing') returns int language sql as
$$ select signer.authority(fixture.h(in_name), in_role, 'CN=' || in_name, fixture.until(-1), fixture.until(in_days), '\x30') $$;

select is(signer.schema_version(), (select max(number) from mdm.migration), 'signer.schema_version');
select results_eq('select * from signer.setting()', $$ values ('crl_hours', '168'), ('signer_rate', '6000') $$, 'its settings');
select is_empty('select * from enrollment.setting() where name in (''crl_hours'', ''signer_rate'')', 'which are its alone');

-- The row is the authority.
create temp table r as select * from fixture.reserve('A');
select throws_ok('select signer.reservation((select device from r), ''\x00'', fixture.until(1000))', 'MD404',
  'nothing is reserved for this serial', 'no row: nothing is signed');
select throws_ok('select signer.reservation(gen_random_uuid(), (select serial from r), fixture.until(1000))', 'MD404', null,
  'nor for another device');
select results_eq('select s.* from r, signer.reservation(r.device, r.serial, fixture.until(1000)) s',
  $$ select null::bytea, fixture.h('key A1'), r.not_before, r.not_after, '2.16.840.1.101.3.4.2.1', 2048, 4096, true, true from r $$,
  'it says the key, the validity and the template');
select is((select public_key_sha256 from mdm.enrollment e join r on r.device = e.device), sha256(fixture.h('key A1')),
  'the key''s hash is made here');
select is((select c.not_after from mdm.certificate c join r using (device)), to_timestamp((select not_after from r)),
  'a CA that lasts changes nothing');
select is((select s.not_after from r, signer.reservation(r.device, r.serial, fixture.until(100)) s), fixture.until(100),
  'nothing is signed for longer than its CA lasts');
select is((select extract(epoch from c.not_after)::bigint from mdm.certificate c join r using (device)), fixture.until(100), 'the row says so');
select is((select s.not_after from r, signer.reservation(r.device, r.serial, fixture.until(1000)) s), fixture.until(100), 'from then on');
select throws_ok('select signer.reservation(device, serial, fixture.until(0.9)) from r', 'MD503', 'the CA ends within a day', 'not on its last day');
select admin.block((select device from r)) \g /dev/null
select throws_ok('select signer.reservation(device, serial, fixture.until(1000)) from r', 'MD403', null, 'nor for a blocked device');
select admin.approve((select device from r)) \g /dev/null
update mdm.device set state = 'enrolling';
update mdm.certificate set public_key = null;
select throws_ok('select signer.reservation(device, serial, fixture.until(1000)) from r', 'MD409', 'the reservation has no public key', 'nor without a key');
update mdm.certificate set public_key = fixture.h('key A1');
select is(signer.issue(device, serial, 'one', fixture.cert('A'), '\x01', fixture.h('ca')), 'one', 'stored') from r;
select is(signer.issue(device, serial, 'two', '\x02', '\x02', fixture.h('other')), 'one', 'the first one wins') from r;
select is((select issuer from admin.certificate), encode(fixture.h('ca'), 'hex'), 'with the CA that signed it');
select results_eq('select s.certificate, s.public_key is null, s.hash_oid from r, signer.reservation(r.device, r.serial, fixture.until(0)) s',
  $$ values ('one'::bytea, false, null) $$, 'signed before: that one, whatever has become of the CA');
select throws_ok('select signer.issue(device, ''\x09'', ''x'', ''\x03'', ''\x03'', ''\x04'') from r', 'MD404', null, 'no row: nothing is stored');
select admin.certificate_revoke(encode(fixture.cert('A'), 'hex')) \g /dev/null
select throws_ok('select signer.reservation(device, serial, fixture.until(1000)) from r', 'MD409', null, 'a revoked one is not given out');

-- The ends of CAs.
select is(fixture.look(61), null, '61 days before its end: no warning');
select is(fixture.look(60), 60, '60 days');
select is(fixture.look(59), null, 'said once');
select is(fixture.look(31), null, 'until');
select is(fixture.look(29.5), 30, '30 days');
select is(fixture.look(29), null, 'once');
select is(fixture.look(6.5), 7, '7 days');
select is(fixture.look(1), null, 'once');
select is(fixture.look(-0.1), 0, 'and the end');
select is(fixture.look(-1), null, 'once');
select is(fixture.look(-1, 'late'), 0, 'a CA first seen after its end');
select is(fixture.look(3, 'short'), 7, 'a short-lived CA warns at once');
select is((select array_agg((detail->>'warning')::int order by seq) from admin.event where kind = 'authority.ends' and detail->>'subject' = 'CN=ca'),
  '{60,30,7,0}', 'each left one event');
select is((select count(*) from admin.event where kind = 'authority.ends'), 6::bigint, 'and no more');
select fixture.look(900, 'new') \g /dev/null
select fixture.look(900, 'ca', 'trusted') \g /dev/null
select results_eq('select subject, role, warned, certificates from admin.authority order by subject',
  $$ values ('CN=ca', 'trusted', 0, 0::bigint), ('CN=late', 'issuing', 0, 0), ('CN=new', 'issuing', null, 0), ('CN=short', 'issuing', 7, 0) $$,
  'the authorities as the administrator sees them');

-- What is on the list of a CA.
create temp table d as select fixture.enroll('B') as device;
select is((select certificates from admin.authority where subject = 'CN=ca'), 1::bigint, 'a good certificate counts');
select results_eq('select serial, reason from signer.revoked(fixture.h(''ca''))', $$ values (fixture.h('serial A1'), 0) $$,
  'revoked by the administrator');
select is_empty('select * from signer.revoked(fixture.h(''new''))', 'another CA has another list');
select is(fixture.message((select device from d), '1', 1), '1', 'the device comes');
select fixture.alert((select device from d), 1226, 'com.microsoft:mdm.unenrollment.userrequest', '1') \g /dev/null
select is((select reason from signer.revoked(fixture.h('ca')) where serial = fixture.h('serial B1')), 5, 'its user took it out');
create temp table e as select fixture.enroll('C') as device;
select fixture.enroll('C', 2) \g /dev/null
select is(fixture.message((select device from e), '1', 1, in_n => 2), '1', 'one that was enrolled again');
select is((select reason from signer.revoked(fixture.h('ca')) where serial = fixture.h('serial C1')), 4, 'was superseded');
select is_empty('select * from signer.revoked(fixture.h(''ca'')) where serial = fixture.h(''serial C2'')', 'the new one is good');
update mdm.certificate set not_after = now() - interval '23 hours' where serial = fixture.h('serial B1');
select isnt_empty('select * from signer.revoked(fixture.h(''ca'')) where serial = fixture.h(''serial B1'')', 'it stays on for a day after its end');
update mdm.certificate set not_after = now() - interval '25 hours' where serial = fixture.h('serial B1');
select is_empty('select * from signer.revoked(fixture.h(''ca'')) where serial = fixture.h(''serial B1'')', 'then it goes');
select is(signer.crl_number(fixture.h('ca')), 1::bigint, 'the first list');
select is(signer.crl_number(fixture.h('ca')), 2::bigint, 'the next');
select is(signer.crl_number(fixture.h('new')), 1::bigint, 'of each CA');
select throws_ok('select signer.crl_number(''\x00'')', 'MD404', 'no such authority', 'of no CA');
select is((select crl_number from admin.authority where subject = 'CN=ca'), 2::bigint, 'as the administrator sees');
select * from finish();
rollback;

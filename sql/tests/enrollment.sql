-- SPDX-License-Identifier: ISC
-- Accounts, the template, reservations and certificates.
begin;
\ir fixture.inc
select * from no_plan();

select is(discovery.schema_version(), (select max(number) from mdm.migration), 'discovery.schema_version');
select is(enrollment.schema_version(), (select max(number) from mdm.migration), 'enrollment.schema_version');
select is(management.schema_version(), (select max(number) from mdm.migration), 'management.schema_version');

-- Accounts.
create function fixture.account(in_name text) returns text language sql as
$$ select concat_ws(' ', upn, password_hash) from enrollment.sign_in(in_name, null) $$;
select is(fixture.account('ann@fenestra.test'), '', 'an unknown user has one row with nothing in it');
select admin.user_set('Ann@Fenestra.test', '$y$j9T$abcdefghijklmnop$qrstuvwxyz0123456789./') \g /dev/null
select is(fixture.account('aNN@fenestra.TEST'), 'Ann@Fenestra.test $y$j9T$abcdefghijklmnop$qrstuvwxyz0123456789./',
  'an account in any letter case');
select admin.user_set('ann@fenestra.test', '$y$j9T$bbbbbbbbbbbbbbbb$qrstuvwxyz0123456789./') \g /dev/null
select is((select count(*) from mdm.account), 1::bigint, 'set again changes the password');
update mdm.account set enabled = false;
select is(fixture.account('ann@fenestra.test'), '', 'a disabled account is none');
select admin.user_set('ann@fenestra.test', '$7$CU..../....abcdefghijklmnop$qrstuvwxyz') \g /dev/null
select isnt(fixture.account('ann@fenestra.test'), '', 'set enables it');
select admin.user_remove('ANN@fenestra.test') \g /dev/null
select is(fixture.account('ann@fenestra.test'), '', 'a removed user is none');
select throws_ok('select admin.user_remove(''ann@fenestra.test'')', 'MD404', null, 'remove again');
select throws_ok('select admin.user_set(''ann@fenestra.test'', ''secret'')', 'MD400', null, 'a bare password is refused');
select throws_ok('select admin.user_set(''ann@fenestra.test'', ''$1$abcdefgh$abcdefghijklmnopqrstuv'')', 'MD400', null,
  'an old hash is refused');
select throws_ok('select admin.user_set(''a b'', ''$y$j9T$abcdefghijklmnop$qrstuvwxyz'')', 'MD400', null, 'a UPN with a space');
select lives_ok('select admin.user_set(''CORP\ann'', ''$y$j9T$abcdefghijklmnop$qrstuvwxyz'')', 'domain\user is a name');

-- Template.
select is((select count(*) from enrollment.template()), 1::bigint, 'one template');
select results_eq('select policy_schema, minimal_key_length, key_types, hash_oid, crypto_providers from enrollment.template()',
  $$ values (3, 2048, '{RSA,EC}'::text[], '2.16.840.1.101.3.4.2.1', '{}'::text[]) $$, 'its properties');

-- Reserve and issue.
create temp table r as select * from fixture.reserve('A');
select is((select certificate from r), null, 'a reservation has no certificate');
select is((select serial from r), fixture.h('serial A1'), 'it has the serial');
select is((select not_before from r), extract(epoch from date_trunc('second', now()))::bigint - 300, 'backdated by the setting');
select is((select not_after from r), extract(epoch from date_trunc('second', now()))::bigint + 365 * 86400, 'valid as the template says');
select is((select row(client_secret, server_secret, client_nonce, server_nonce)::text from r),
  row('client secret 1', 'server secret 1', '\x0102'::bytea, '\x0304'::bytea)::text, 'it has the secrets');
select results_eq('select * from enrollment.reserve(''ANN@fenestra.test'', ''A'', ''Full'', fixture.h(''request A1''),
    fixture.h(''key A1''), fixture.h(''another serial''), ''other'', ''other'', ''other'', ''\x05'', ''\x06'', ''{}'', ''{}'')',
  'select * from r', 'the same request gets the same reservation');
select is((select count(*) from mdm.device_key where kind = 'serial'), 1::bigint, 'and spends no serial');
select is((select context from admin.enrollment),
  '[{"name": "DeviceName", "value": "PC-A"}, {"name": "MAC", "value": "00-11"}, {"name": "MAC", "value": "00-11"},
    {"name": "X-New", "value": null}, {"name": "OSVersion", "value": " 10.0.19043.0 "}]'::jsonb, 'the context as it came');
select results_eq('select name, os_version, upn, device_id, state from admin.device',
  $$ values ('PC-A', '10.0.19043.0', 'ann@fenestra.test', 'A', 'enrolling') $$, 'and what it says of the device');
select throws_ok('select * from enrollment.reserve(''ann@fenestra.test'', ''A'', ''Full'', ''\x01'', fixture.h(''key A1''),
    ''\x02'', ''a'', ''c'', ''s'', ''\x'', ''\x'', ''{}'', ''{}'')', 'MD409', 'the public key belongs to another request',
  'the same key in another request');
select throws_ok('select * from enrollment.reserve(''bob@fenestra.test'', ''A'', ''Full'', fixture.h(''request A1''),
    fixture.h(''key A1''), ''\x02'', ''a'', ''c'', ''s'', ''\x'', ''\x'', ''{}'', ''{}'')', 'MD409', null,
  'the same request of another user');
select throws_ok('select * from enrollment.reserve(''ann@fenestra.test'', ''B'', ''Full'', ''\x01'', ''\x02'',
    fixture.h(''serial A1''), ''a'', ''c'', ''s'', ''\x'', ''\x'', ''{}'', ''{}'')', 'MD409', 'the serial is taken', 'a serial twice');
select throws_ok('select * from enrollment.reserve(''ann@fenestra.test'', '''', ''Full'', ''\x01'', ''\x02'',
    ''\x03'', ''a'', ''c'', ''s'', ''\x'', ''\x'', ''{}'', ''{}'')', 'MD400', null, 'no DeviceID');
select is((select count(*) from mdm.device), 1::bigint, 'what was refused left nothing');

select throws_ok('select signer.issue((select device from r), ''\x00'', ''\x01'', ''\x02'', ''\x03'', ''\x04'')', 'MD404', null,
  'issue without a reservation');
select throws_ok('select signer.issue(gen_random_uuid(), (select serial from r), ''\x01'', ''\x02'', ''\x03'', ''\x04'')', 'MD404', null,
  'issue for no device');
select is(signer.issue(device, serial, 'one', fixture.cert('A'), '\x01', fixture.h('ca')), 'one', 'issue') from r;
select is(signer.issue(device, serial, 'two', '\x02', '\x02', '\x02'), 'one', 'the first certificate wins') from r;
select is((select certificate from fixture.reserve('A')), 'one', 'the same request now has its certificate');
select is(management.certificate(fixture.cert('A')), (select device from r), 'management finds the device');
select is(management.certificate('\x02'), null, 'and nothing for an unknown certificate');
select is(fixture.events((select device from r)), '{enrollment.reserved,certificate.issued}', 'both acts are in the audit trail');
select is_empty('select * from admin.event where detail::text like ''%secret%''', 'without a secret');

-- Another user, another key.
select is(fixture.message((select device from r), '1', 1), '1', 'the device comes');
select is((select state from admin.device), 'enrolled', 'and is enrolled');
select is(fixture.message((select device from r), '1', 2), '2', 'and talks');
create temp table s as select * from fixture.reserve('A', 2);
select is((select device from s), (select device from r), 'a new key of the same user and DeviceID: the same device');
select is((select array_agg(number order by number) from admin.enrollment), '{1,2}', 'and a new enrollment');
select is((select state from admin.device), 'enrolled', 'which is enrolled still');
select is(fixture.message((select device from r), '1', 3), '3', 'the old certificate serves');
select signer.issue(device, serial, 'three', fixture.cert('A', 2), '\x03', '\x04') from s \g /dev/null
select is(fixture.message((select device from r), '2', 1), '1', 'also when the new one is issued');
select throws_ok('select fixture.message((select device from r), ''2'', 2, in_n => 2)', 'MD400', null,
  'the new one begins a session of its own');
select is(fixture.message((select device from r), '2', 1, in_n => 2), '1', 'even if the message looks like the last one');
select results_eq('select state from admin.certificate order by enrollment', '{superseded,issued}'::text[], 'then the old one is superseded');
select throws_ok('select fixture.message((select device from r), ''3'', 1)', 'MD403', 'the certificate is superseded', 'and refused');
select is((fixture.events((select device from r)))[4:], '{enrollment.reserved,certificate.issued,certificate.superseded}', 'and the audit trail says so');

select isnt(fixture.enroll('A', 3, 'bob@fenestra.test'), (select device from r), 'the DeviceID of another user is another device');
select is((select detail->>'first' from admin.event where kind = 'device_id.shared'), (select device::text from r), 'which leaves an event');
select is(fixture.message((select device from r), '4', 1, in_n => 2), '1', 'the first one keeps working');

-- Revoked and blocked.
select lives_ok($$ select admin.certificate_revoke(upper(regexp_replace(encode(fixture.cert('A', 2), 'hex'), '(..)(?!$)', '\1:', 'g'))) $$, 'revoke');
select throws_ok('select fixture.message((select device from r), ''5'', 1, in_n => 2)', 'MD403', 'the certificate is revoked', 'a revoked certificate is refused');
select throws_ok('select fixture.reserve(''A'', 2)', 'MD409', 'the certificate of this request was revoked', 'and its request too');
select throws_ok('select signer.issue(device, serial, ''\x01'', ''\x02'', ''\x03'', ''\x04'') from s', 'MD409', null, 'and not issued again');
select lives_ok($$ select admin.certificate_revoke(encode(fixture.cert('A', 2), 'hex')) $$, 'revoke again');
select is((select count(*) from admin.event where kind = 'certificate.revoked'), 1::bigint, 'leaves one event');
select throws_ok('select admin.certificate_revoke(repeat(''0'', 64))', 'MD404', null, 'an unknown certificate');
select throws_ok('select admin.certificate_revoke(''xyz'')', 'MD400', null, 'no fingerprint');
select is((select state from admin.device where id = (select device from r)), 'enrolled', 'the device itself is not closed');
select is(fixture.enroll('A', 4), (select device from r), 'it may enroll with a new key');
select is(fixture.message((select device from r), '1', 1, in_n => 4), '1', 'and come again');
select admin.block((select device from r)) \g /dev/null
select throws_ok('select fixture.message((select device from r), ''1'', 2, in_n => 4)', 'MD403', 'the device is blocked', 'a blocked device is refused');
select throws_ok('select fixture.message((select device from r), ''1'', 1, in_n => 4)', 'MD403', 'the device is blocked', 'also when it repeats itself');
select throws_ok('select fixture.reserve(''A'', 5)', 'MD403', null, 'and cannot enroll');
select throws_ok('select fixture.reserve(''A'', 4)', 'MD403', null, 'nor repeat an enrollment');
select lives_ok('select admin.block((select device from r))', 'block again');
select admin.approve((select device from r)) \g /dev/null
select is(fixture.message((select device from r), '1', 2, in_n => 4), '2', 'approved, it goes on');
select throws_ok('select admin.approve((select device from r))', 'MD409', null, 'approve what is not blocked');
select throws_ok('select admin.block(gen_random_uuid())', 'MD404', null, 'block no device');
select is((select array_agg(kind order by seq) from admin.event where kind ~ 'block|approv'), '{device.blocked,device.approved}', 'each act once');

-- The user's own unenrollment, then a new enrollment.
select admin.enqueue((select device from r), 'Get', './DevDetail/SwV') \g /dev/null
select fixture.message((select device from r), '2', 1, 'bye', in_n => 4) \g /dev/null
select fixture.alert((select device from r), 1226, 'com.microsoft:mdm.unenrollment.userrequest', '1') \g /dev/null
select is(fixture.deliver((select device from r)), '{}', 'who leaves is given nothing');
select is((select state from admin.device where id = (select device from r)), 'unenrolled', 'and is unenrolled');
select is(fixture.states((select device from r)), '{cancelled}', 'the queue is cancelled');
select is(fixture.message((select device from r), '2', 1, 'bye', in_n => 4), '1 repeated', 'the last word may be repeated');
select is(fixture.deliver((select device from r)), '{}', 'with the same answer');
select throws_ok('select fixture.message((select device from r), ''2'', 2, in_n => 4)', 'MD403', null, 'nothing after that');
select throws_ok('select fixture.reserve(''A'', 4)', 'MD409', null, 'the old request is closed');
select throws_ok($$ select admin.enqueue((select device from r), 'Get', './DevDetail/SwV') $$, 'MD409', null, 'nothing is queued for it');
select is((select count(*) from admin.alert where code = 1226), 1::bigint, 'the alert is kept');
select is(fixture.enroll('A', 6), (select device from r), 'it comes back as the same device');
select is((select state from admin.device where id = (select device from r)), 'enrolling', 'which is enrolling');
select is(fixture.message((select device from r), '2', 1, 'bye', in_n => 6), '1', 'old words are new words now');
select is((select state from admin.device where id = (select device from r)), 'enrolled', 'enrolled again');
select is((select count(*) from admin.enrollment where device = (select device from r)), 4::bigint, 'no enrollment was overwritten');

-- I6, I7: serials are unique, certificates belong to one device.
select is_empty('select serial from mdm.certificate group by serial having count(*) > 1', 'serials are unique');
select is_empty('select sha256 from mdm.certificate where sha256 is not null group by sha256 having count(distinct device) > 1',
  'a certificate belongs to one device');
select is_empty($$ select c.device from mdm.certificate c left join mdm.device_key k on k.kind = 'certificate'
  and k.value = c.sha256 where c.sha256 is not null and k.device is distinct from c.device $$, 'each has its key');
select * from finish();
rollback;

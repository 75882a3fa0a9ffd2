-- SPDX-License-Identifier: ISC
-- Credentials of the device, and of the server towards it.
begin;
\ir fixture.inc
select * from no_plan();

-- One message with a credential: what the answer holds, "repeated" at its end when it is one.  A nonce is one word.
create function fixture.hello(in_device uuid, in_session text, in_msg bigint, in_auth text default null, in_good boolean default true,
  in_nonce text default null, in_next text default null, in_cert boolean default true, in_body text default null) returns text language sql as
$$ select concat_ws(' ', m.server_msg, m.status, m.challenge, convert_from(m.nonce, 'UTF8'), case when m.repeated then 'repeated' end)
     from mdm.device d, management.message(d.device, case when in_cert then fixture.cert(d.device_id) end, d.device_id, in_session, in_msg,
       fixture.h(coalesce(in_body, concat_ws('/', in_session, in_msg, in_auth, in_nonce))), null, true, in_auth,
       case when in_auth is not null then in_good end, convert_to(in_nonce, 'UTF8'), convert_to(in_next, 'UTF8')) m
    where d.device = in_device $$;
create function fixture.nonce(in_device uuid) returns text language sql as
$$ select convert_from(nonce, 'UTF8') from management.credential(in_device) $$;

-- What credentials are verified with.
select fixture.enroll('A') as d \gset
select results_eq(format('select * from management.credential(%L)', :'d'), $$ values ('auth', 'client secret 1', '\x0102'::bytea, 'server secret 1', '\x0304'::bytea, 'DIGEST', null::bytea) $$, 'the secrets of the enrollment');
select is_empty('select * from management.credential(gen_random_uuid())', 'of no device none');
select fixture.reserve('A', 2) \g /dev/null
select is((select client_secret from management.credential(:'d')), 'client secret 1', 'a reservation does not change them');
select fixture.enroll('A', 2) \g /dev/null
select is((select client_secret from management.credential(:'d')), 'client secret 2', 'a new certificate does');
select is((select client_secret from management.credential(:'d', fixture.cert('A'))), 'client secret 1', 'not for the old one');
select is_empty(format('select * from management.credential(%L, ''\x00'')', :'d'), 'nor is there any for another');
select is((select auth_type from fixture.reserve('A', 2)), 'DIGEST', 'the reservation says DIGEST');
select admin.setting_set('client_auth', 'BASIC') \g /dev/null
select is((select auth_type from fixture.reserve('A', 2)), 'DIGEST', 'the same request the same');
select fixture.enroll('BASIC') as basic \gset
select is((select auth_type from management.credential(:'basic')), 'BASIC', 'BASIC where so provisioned');
select admin.setting_set('client_auth', null) \g /dev/null

-- Who is called by his name.
select fixture.enroll('N', 1, 'ann@fenestra.test') as n1 \gset
select fixture.enroll('N', 2, 'bob@fenestra.test') as n2 \gset
update mdm.device set enrolled_at = now() - interval '1 day' where device = :'n1';
update mdm.enrollment set auth_name = 'ann' where device = :'n1';
select is(management.device_by_id('N', null), null, 'nobody where certificates are asked for');
select is_empty($$ select m from unnest('{signature,certificate-and-digest}'::text[]) m, admin.setting_set('device_auth', m) where management.device_by_id('N', null) is not null $$, 'or signatures, or both');
select admin.setting_set('device_auth', 'certificate-or-digest') \g /dev/null
select isnt(management.device_by_id('N', null), null, 'somebody where a password does');
select admin.setting_set('device_auth', 'digest') \g /dev/null
select is(management.device_by_id('N', null), :'n2', 'the newest of a DeviceID');
select is(management.device_by_id('N', 'ann'), :'n1', 'or the one of the name');
select is(management.device_by_id('N', 'none'), null, 'none of another name');
select is(management.device_by_id('M', null), null, 'nor of another DeviceID');
select admin.block(:'n2') \g /dev/null
select is(management.device_by_id('N', null), :'n1', 'not a blocked one');
update mdm.device set state = 'unenrolled', enrolled_at = now() + interval '1 day' where device = :'n2';
select is(management.device_by_id('N', null), :'n1', 'one that left comes last');
update mdm.device set state = 'unenrolled' where device = :'n1';
select is(management.device_by_id('N', null), :'n2', 'but may speak');
select admin.setting_set('device_auth', null) \g /dev/null

-- certificate: credentials are not asked for.
select fixture.enroll('B') as d \gset
select is(fixture.hello(:'d', '1', 1), '1 200', 'certificate: enough');
select is(fixture.hello(:'d', '1', 2, 'basic', false), '2 200', 'a wrong credential is no harm');
select is(fixture.hello(:'d', '1', 3, 'md5', false, 'old', 'n1'), '3 200 syncml:auth-md5 n1', 'with a nonce for a better one');
select is(fixture.hello(:'d', '1', 4, 'md5', true, 'n1', 'n2'), '4 212 syncml:auth-md5 n2', 'which is accepted');
select is(fixture.hello(:'d', '2', 1, 'hmac', true, 'n2', 'n3'), '1 200 syncml:auth-MAC n3', 'HMAC: 200 and a new nonce');
select is(fixture.hello(:'d', '2', 2, 'hmac', true, 'n3', 'n4'), '2 200 syncml:auth-MAC n4', 'each time');
select throws_ok(format('select fixture.hello(%L, ''3'', 1, in_cert => false)', :'d'), 'MD403', 'no certificate', 'nothing else will do');
select throws_ok(format('select fixture.hello(%L, ''3'', 1, ''md5'', true, ''n4'', in_cert => false)', :'d'), 'MD403', 'no certificate', 'not a password');
select throws_ok(format('select fixture.hello(%L, ''3'', 1, ''signature'')', :'d'), 'MD403', null, 'nor a signature');

-- signature.
select admin.setting_set('device_auth', 'signature') \g /dev/null
select is(fixture.hello(:'d', '3', 1, 'signature'), '1 200', 'signature: good');
select is(fixture.hello(:'d', '3', 1, 'signature'), '1 200 repeated', 'again');
select throws_ok(format('select fixture.hello(%L, ''3'', 1, in_body => ''3/1/signature'')', :'d'), 'MD403', 'the message is not signed', 'not without the signature');
select is(fixture.hello(:'d', '3', 1, 'signed'), '1 200', 'beside a certificate');
select throws_ok(format('select fixture.hello(%L, ''3'', 2, ''signature'', false)', :'d'), 'MD403', 'the signature is wrong', 'wrong');
select throws_ok(format('select fixture.hello(%L, ''3'', 2)', :'d'), 'MD403', 'the message is not signed', 'none');
select throws_ok(format('select fixture.hello(%L, ''3'', 2, ''signature'', in_cert => false)', :'d'), 'MD403', 'no certificate', 'whose?');

-- digest: 407, 401, 212.
select admin.setting_set('device_auth', 'digest') \g /dev/null
select fixture.enroll('C') as d \gset
select admin.enqueue(:'d', 'Get', './A') \g /dev/null
select is(fixture.hello(:'d', '1', 1, in_next => 'n1', in_cert => false), '1 407 syncml:auth-md5 n1', 'digest: asked for a password');
select is(fixture.nonce(:'d'), 'n1', 'with the nonce that is due');
select fixture.alert(:'d', 1226, 'com.microsoft:mdm.unenrollment.userrequest', '1'), management.devinfo(:'d', '{./DevInfo/Man}', '{x}'),
  fixture.status(:'d', 1, 5, 200), fixture.result(:'d', 1, 5, './A', 'x'), management.abort(:'d') \g /dev/null
select is(fixture.deliver(:'d'), '{}', 'such a message is given nothing');
select is(current_setting('synchronous_commit'), 'on', 'durably, for the nonce');
select is((select state || coalesce(manufacturer, '') from admin.device where id = :'d') || (select count(*) from admin.alert) || (select count(*) from admin.result), 'enrolling00', 'and has no effect');
select is((fixture.events(:'d'))[4:], '{}', 'and leaves no trace');
select is(fixture.hello(:'d', '1', 1, in_next => 'x', in_cert => false), '1 407 syncml:auth-md5 n1 repeated', 'the same again: the same nonce');
select fixture.alert(:'d', 1226, 'com.microsoft:mdm.unenrollment.userrequest', '1'), fixture.result(:'d', 1, 5, './A', 'x') \g /dev/null
select is(fixture.deliver(:'d'), '{}', 'and no more effect');
select is((select state from admin.device where id = :'d'), 'enrolling', 'really');
select is(fixture.hello(:'d', '1', 2, 'md5', false, 'n1', 'n2', false), '2 401 syncml:auth-md5 n2', 'wrong: 401 and another nonce');
select is(fixture.hello(:'d', '1', 3, 'md5', true, 'n1', 'n3', false), '3 401 syncml:auth-md5 n3', 'good, but with the old nonce: 401');
select is((select state from admin.device where id = :'d'), 'enrolling', 'still nothing happened');
select is(fixture.hello(:'d', '1', 4, 'md5', true, 'n3', 'n4', false), '4 212 syncml:auth-md5 n4', 'good: 212, with a nonce for the next session');
select is((select state from admin.device where id = :'d'), 'enrolled', 'now it is here');
select is((select s.number || s.session_id || s.client_msg from mdm.session s where device = :'d'), '114', 'in its first session');
select is(fixture.deliver(:'d'), '{"5 Get ./A"}', 'and is given its command');
select is(fixture.hello(:'d', '1', 4, 'md5', true, 'n3', 'x', false), '4 212 syncml:auth-md5 n4 repeated', 'again: the same answer');
select is(fixture.deliver(:'d'), '{"5 Get ./A"}', 'and command');
select is((select encode(nonce, 'escape') || ' ' || encode(session_nonce, 'escape') from management.credential(:'d')), 'n4 n3', 'the nonce that served is known still');
select throws_ok(format('select fixture.hello(%L, ''1'', 4, ''md5'', %L, ''n3'', ''x'', false)', :'d', good), 'MD400', null, 'not to one who does not prove who it is: ' || coalesce(good, 'null'))
  from unnest('{f,NULL}'::text[]) good;
select throws_ok(format('select fixture.hello(%L, ''1'', 4, ''md5'', true, ''n4'', ''x'', false, %L)', :'d', '1/4/md5/n3'), 'MD400', null, 'nor with another nonce');
select is(fixture.hello(:'d', '1', 5, in_next => 'x1', in_cert => false), '5 407 syncml:auth-md5 x1', 'without a certificate each message needs a credential');
select is(fixture.hello(:'d', '1', 5, 'md5', false, 'n3', 'x2', false), '5 401 syncml:auth-md5 x2', 'a good one');
select fixture.status(:'d', 4, 5, 200) \g /dev/null
select is(fixture.states(:'d'), '{sent}', 'no such status counts');
select is(fixture.hello(:'d', '1', 5, 'md5', true, 'n3', 'x3', false), '5 212', 'the one that the session was opened with');
select fixture.status(:'d', 4, 5, 200) \g /dev/null
select is(fixture.states(:'d'), '{done}', 'statuses count');
select is(fixture.nonce(:'d'), 'x2', 'the nonce that is due stays');
select is(fixture.hello(:'d', '1', 5, 'md5', true, 'n3', 'x', false), '5 212 repeated', 'again: the same answer');
select is(fixture.hello(:'d', '1', 6, 'md5', true, 'x2', 'n5', false), '6 212 syncml:auth-md5 n5', 'or one with that nonce');
select is(fixture.hello(:'d', '1', 7, 'md5', true, 'n3', 'n6', false), '7 401 syncml:auth-md5 n6', 'then the old one no more');
select is(fixture.hello(:'d', '1', 8, 'md5', true, 'x2', 'n7', false), '8 212', 'but the new one');
select is(fixture.hello(:'d', '2', 1, 'md5', true, 'x2', 'n7', false), '1 401 syncml:auth-md5 n7', 'in no other session');
select is(fixture.hello(:'d', '2', 2, 'md5', true, 'n7', 'n8', false), '2 212 syncml:auth-md5 n8', 'which has its own');
select is((select number from mdm.session where device = :'d'), 2::bigint, 'it is the second session');
select is(fixture.hello(:'d', '3', 1, 'md5', true, 'n8', 'n9', false), '1 212 syncml:auth-md5 n9', 'the nonce of 212 is for the next session');
update mdm.session_more set accepted_at = accepted_at - interval '11 minutes';
select is(fixture.hello(:'d', '3', 2, 'md5', true, 'n8', 'n10', false), '2 401 syncml:auth-md5 n10', '212 does not last for ever');
select is(fixture.hello(:'d', '3', 3, 'md5', true, 'n10', 'n11', false), '3 212 syncml:auth-md5 n11', 'the session goes on');
select is((select number from mdm.session where device = :'d'), 3::bigint, 'it is the same');
select throws_ok(format('select fixture.hello(%L, ''3'', 9, ''md5'', true, ''n10'', in_cert => false)', :'d'), 'MD400', null, 'order matters');
select is(fixture.hello(:'d', '3', 4, in_next => 'y1', in_cert => false), '4 407 syncml:auth-md5 y1', 'a device that took 212 at its word is asked again');
select is(fixture.hello(:'d', '3', 5, 'md5', true, 'y1', 'y2', false), '5 212 syncml:auth-md5 y2', 'and goes on');
select is((select number from mdm.session where device = :'d'), 3::bigint, 'in the same session');

-- On top of a certificate 212 is good for the session.
select is(fixture.hello(:'d', '3c', 1, in_next => 'z1'), '1 407 syncml:auth-md5 z1', 'with a certificate too');
select is(fixture.hello(:'d', '3c', 2, 'md5', true, 'z1', 'z2'), '2 212 syncml:auth-md5 z2', 'a password is asked for');
select is(fixture.hello(:'d', '3c', 3), '3 212', 'once in a session');
select is(fixture.hello(:'d', '3c', 3), '3 212 repeated', 'repeats need none either');
select throws_ok(format('select fixture.hello(%L, ''3c'', 3, in_cert => false)', :'d'), 'MD400', null, 'but without the certificate');
select is(fixture.hello(:'d', '3c', 4, in_next => 'z3', in_cert => false), '4 407 syncml:auth-md5 z3', 'as does the next message');
select is(fixture.hello(:'d', '3c', 4, 'md5', false, 'z4'), '4 212', 'one that comes all the same is passed over');
select is(fixture.hello(:'d', '3c', 5, 'md5', true, 'z3', 'z5'), '5 212 syncml:auth-md5 z5', 'but its nonce is spent');
select is(fixture.hello(:'d', '3d', 1, 'md5', true, 'z3', 'z6'), '1 401 syncml:auth-md5 z6', 'and not taken again');
select is(fixture.hello(:'d', '3d', 2, 'md5', true, 'z6', 'n10'), '2 212 syncml:auth-md5 n10', 'the new one is');
update mdm.session_more set accepted_at = accepted_at - interval '11 minutes';
select is(fixture.hello(:'d', '3d', 3, in_next => 'z7'), '3 407 syncml:auth-md5 z7', '212 does not last for ever');
select is(fixture.hello(:'d', '3d', 4, 'md5', true, 'z7', 'n10'), '4 212 syncml:auth-md5 n10', 'the session goes on');

-- Who cannot authenticate disturbs nobody.
select admin.enqueue(:'d', 'Exec', './Vendor/MSFT/Reboot/RebootNow') \g /dev/null
select fixture.hello(:'d', '4', 1, 'md5', true, 'n10', 'm1', false), fixture.deliver(:'d') \g /dev/null
select is(fixture.hello(:'d', '5', 1, in_next => 'm2', in_cert => false), '1 407 syncml:auth-md5 m2', 'somebody else says hello');
select is(fixture.hello(:'d', '4', 1, in_next => 'm3', in_cert => false), '1 407 syncml:auth-md5 m3', 'in the same session even');
select is((fixture.states(:'d'))[2], 'sent', 'the command is still on its way');
select is(fixture.hello(:'d', '4', 2, 'md5', true, 'n10', 'x', false), '2 212', 'the session goes on');
select fixture.status(:'d', 1, 5, 200) \g /dev/null
select is((fixture.states(:'d'))[2], 'done', 'and the status counts');

-- So many failures end a session.
select is(fixture.hello(:'d', '6', 1, in_next => 'f0', in_cert => false), '1 407 syncml:auth-md5 f0', 'the question is no failure');
select is(fixture.hello(:'d', '6', 1 + i, 'md5', false, 'f', 'f' || i, false), format('%s 401 syncml:auth-md5 f%s', 1 + i, i), 'failure ' || i) from generate_series(1, 4) i;
select is(fixture.hello(:'d', '6', 6, 'md5', false, 'f', 'f5', false), '6 401', 'the fifth is the last');
select is(fixture.hello(:'d', '6', 6, 'md5', false, 'f', 'f5', false), '6 401 repeated', 'again');
select is(fixture.hello(:'d', '6', 7, 'md5', true, fixture.nonce(:'d'), 'f6', false), '7 401', 'nothing helps then');
select is(fixture.hello(:'d', '6', 1, 'md5', false, 'f', 'g0', false), '1 401 syncml:auth-md5 g0', 'but a new session, of the same name even');
select is(fixture.hello(:'d', '6', 2, 'md5', true, 'g0', 'g1', false), '2 212 syncml:auth-md5 g1', 'which is taken');
select throws_ok(format('select fixture.hello(%L, ''6'', 2, ''md5'', true, ''g1'', ''g2'', false)', :'d'), 'MD400', null, 'once');
select is(fixture.hello(:'d', '8', i, in_next => 'h' || i, in_cert => false), format('%s 407 syncml:auth-md5 h%s', i, i), 'no password, message ' || i) from generate_series(1, 5) i;
select is(fixture.hello(:'d', '8', 6, in_next => 'h6', in_cert => false), '6 401', 'is not asked for for ever');
select admin.setting_set('auth_failures', '1') \g /dev/null
select is(fixture.hello(:'d', '9', 1, 'md5', false, 'x', 'i1', false), '1 401', 'the number is a setting');
select admin.setting_set('auth_failures', null) \g /dev/null

-- HMAC, Basic.
select is(fixture.hello(:'d', '10', 1, in_next => 'j1', in_cert => false), '1 407 syncml:auth-md5 j1', 'once more');
select is(fixture.hello(:'d', '10', 2, 'hmac', true, 'j1', 'j2', false), '2 200 syncml:auth-MAC j2', 'HMAC: 200');
select is(fixture.hello(:'d', '10', 2, 'hmac', true, 'j1', 'x', false), '2 200 syncml:auth-MAC j2 repeated', 'the message again');
select throws_ok(format('select fixture.hello(%L, ''10'', 2, in_cert => false, in_body => ''10/2/hmac/j1'')', :'d'), 'MD400', null, 'not without its HMAC');
select throws_ok(format('select fixture.hello(%L, ''10'', 2, ''hmac'', false, ''j1'', ''x'', false)', :'d'), 'MD400', null, 'nor with a wrong one');
select throws_ok(format('select fixture.hello(%L, ''10'', 2, ''hmac'', true, ''j2'', ''x'', false, ''10/2/hmac/j1'')', :'d'), 'MD400', null, 'nor with that of another message');
select is(fixture.nonce(:'d'), 'j2', 'which spends nothing');
select is(fixture.hello(:'d', '10', 3, 'hmac', true, 'j1', 'j3', false), '3 401 syncml:auth-MAC j3', 'a nonce twice: 401');
select is(fixture.hello(:'d', '10', 4, 'hmac', true, 'j3', 'j4', false), '4 200 syncml:auth-MAC j4', 'the new one');
select is(fixture.hello(:'d', '10', 5, in_next => 'j5', in_cert => false), '5 407 syncml:auth-md5 j5', 'each message needs one');
select is(fixture.hello(:'d', '10', 6, 'basic', true, in_next => 'j6', in_cert => false), '6 401 syncml:auth-md5 j6', 'Basic is not taken where DIGEST was provisioned');
select is(fixture.hello(:'basic', '1', 1, in_cert => false), '1 407 syncml:auth-basic', 'Basic: asked for');
select is(fixture.hello(:'basic', '1', 2, 'basic', false, in_cert => false), '2 401 syncml:auth-basic', 'wrong');
select is(fixture.hello(:'basic', '1', 3, 'basic', true, in_cert => false), '3 212', 'good, no nonce');
select is(fixture.hello(:'basic', '1', 3, 'basic', true, in_cert => false), '3 212 repeated', 'again');
select throws_ok(format('select fixture.hello(%L, ''1'', 3, ''basic'', false, in_cert => false)', :'basic'), 'MD400', null, 'not with a wrong one');
select is(fixture.hello(:'basic', '1', 4, 'basic', true, in_cert => false), '4 212', 'in each message');
select is(fixture.hello(:'basic', '1', 5, in_cert => false), '5 407 syncml:auth-basic', 'or it is asked for');
select is(fixture.hello(:'basic', '1', 6, 'basic', true, in_cert => false), '6 212', 'the session goes on');
select fixture.alert(:'basic', 1226, 'com.microsoft:mdm.unenrollment.userrequest', '1') \g /dev/null
select is(fixture.hello(:'basic', '1', 6, 'basic', true, in_cert => false), '6 212 repeated', 'a device that has left may ask for its last answer again');
select throws_ok(format('select fixture.hello(%L, ''1'', 6, ''basic'', false, in_cert => false)', :'basic'), 'MD403', null, 'nobody else');

-- certificate-or-digest, certificate-and-digest.
select admin.setting_set('device_auth', 'certificate-or-digest') \g /dev/null
select is(fixture.hello(:'d', '20', 1), '1 200', 'or: the certificate alone');
select is(fixture.hello(:'d', '21', 1, in_next => 'k1', in_cert => false), '1 407 syncml:auth-md5 k1', 'without it a password');
select is(fixture.hello(:'d', '21', 2, 'md5', true, 'k1', 'k2', false), '2 212 syncml:auth-md5 k2', 'alone');
select admin.setting_set('device_auth', 'certificate-and-digest') \g /dev/null
select throws_ok(format('select fixture.hello(%L, ''22'', 1, ''md5'', true, ''k2'', in_cert => false)', :'d'), 'MD403', 'no certificate', 'and: not without the certificate');
select is(fixture.hello(:'d', '22', 1, in_next => 'k3'), '1 407 syncml:auth-md5 k3', 'nor without a password');
select is(fixture.hello(:'d', '22', 2, 'md5', true, 'k3', 'k4'), '2 212 syncml:auth-md5 k4', 'both');
select admin.setting_set('device_auth', 'digest') \g /dev/null
select admin.block(:'d') \g /dev/null
select throws_ok(format('select fixture.hello(%L, ''23'', 1, ''md5'', true, ''k4'', in_cert => false)', :'d'), 'MD403', 'the device is blocked', 'a blocked device has no password');
select fixture.enroll('D') as d \gset
select admin.certificate_revoke(encode(fixture.cert('D'), 'hex')) \g /dev/null
select throws_ok(format('select fixture.hello(%L, ''1'', 1, in_cert => false)', :'d'), 'MD403', 'the certificate is revoked', 'nor has a revoked one');

select admin.setting_set('device_auth', null) \g /dev/null
select fixture.enroll('P') as d \gset
select is(fixture.hello(:'d', '1', i), i || ' 200', 'an ordinary message ' || i) from generate_series(1, 2) i;
select admin.setting_set('device_auth', 'certificate-and-digest') \g /dev/null
select is(fixture.hello(:'d', '1', 3, in_next => 'p1'), '3 407 syncml:auth-md5 p1', 'the setting holds from the next message on');
select is(fixture.hello(:'d', '1', 4, 'md5', true, 'p1', 'p2'), '4 212 syncml:auth-md5 p2', 'in the same session');
select is((select number from mdm.session where device = :'d'), 1::bigint, 'really');

-- The server's own credential.
select admin.setting_set('device_auth', null) \g /dev/null
select fixture.enroll('S') as d \gset
create function fixture.told(in_device uuid, in_session text, in_msg bigint, in_status int default null, in_auth text default null, in_nonce text default null)
returns text language sql as
$$ select concat_ws(' ', m.server_msg, m.status, m.server_auth, m.server_name, m.server_secret, encode(m.server_nonce, 'escape'), case when m.repeated then 'repeated' end)
     from mdm.device d, management.message(d.device, fixture.cert(d.device_id), d.device_id, in_session, in_msg, fixture.h(in_session || in_msg), null, true,
       in_server_status => in_status, in_server_auth => in_auth, in_server_nonce => convert_to(in_nonce, 'UTF8')) m
    where d.device = in_device $$;
select admin.enqueue(:'d', 'Get', './A') \g /dev/null
select is(fixture.told(:'d', '1', 1), '1 200', 'the server says nothing unasked');
select fixture.deliver(:'d') \g /dev/null
select is(fixture.told(:'d', '1', 2, 407, 'syncml:auth-md5', 'r1'), '2 200 syncml:auth-md5 Fenestra server secret 1 r1', '407: the answer has a credential');
select fixture.status(:'d', 1, 5, 407) \g /dev/null
select is(fixture.deliver(:'d'), '{"5 Get ./A"}', 'and what was refused again');
select is(fixture.told(:'d', '1', 2, 407, 'syncml:auth-md5', 'r1'), '2 200 syncml:auth-md5 Fenestra server secret 1 r1 repeated', 'the message again');
select is(fixture.deliver(:'d'), '{"5 Get ./A"}', 'the same answer');
select is(fixture.told(:'d', '1', 3, 200, null, 'r2'), '3 200 syncml:auth-md5 Fenestra server secret 1 r2', '200: again, with the newest nonce');
select is(fixture.told(:'d', '1', 4, 200), '4 200 syncml:auth-md5 Fenestra server secret 1 r2', '200 without a nonce: with the last one');
select is(fixture.told(:'d', '1', 5, 401, 'syncml:auth-md5', 'r3'), '5 200 syncml:auth-md5 Fenestra server secret 1 r3', '401: once more');
select is(fixture.told(:'d', '1', 6, 212, 'syncml:auth-md5', 'r4'), '6 200', '212: no more in this session');
select is(fixture.told(:'d', '1', 7, 200), '7 200', 'really');
select is((select encode(server_nonce, 'escape') from management.credential(:'d')), 'r4', 'its nonce is kept');
select is(fixture.told(:'d', '2', 1), '1 200', 'in the next session nothing unasked again');
select is(fixture.told(:'d', '2', 2, 407, 'syncml:auth-md5'), '2 200 syncml:auth-md5 Fenestra server secret 1 r4', 'but with that nonce');
select is(fixture.told(:'d', '3', 1), '1 200', 'no longer wanted');
select is(fixture.told(:'d', '3', 2, 407, 'syncml:auth-basic'), '2 200 syncml:auth-basic Fenestra server secret 1', 'Basic has no nonce');
select is(fixture.told(:'d', '4', 1), '1 200', 'and again');
select is((select special from mdm.session where device = :'d'), false, 'an ordinary session');
select fixture.status(:'d', 2, 5, 200) \g /dev/null
select is(fixture.told(:'d', '4', 2, 401, 'syncml:auth-MAC', 'r5'), '2 200', 'HMAC is not the server''s');
select is(fixture.told(:'d', '5', 1), '1 200', 'now the server is wrong');
select fixture.deliver(:'d') \g /dev/null
select is(fixture.told(:'d', '5', 2, 407), '2 200', '407 without Chal: nothing to be done');
select fixture.status(:'d', 1, 5, 407) \g /dev/null
select is(fixture.deliver(:'d'), '{}', 'what was refused waits for another session');
select is(fixture.told(:'d', '6', 1), '1 200', 'which comes');
select is(fixture.deliver(:'d'), '{"5 Get ./A"}', 'with it');
select fixture.told(:'d', '6', i, 401, 'syncml:auth-md5', 'r' || i) from generate_series(2, 6) i \g /dev/null
select fixture.status(:'d', 1, 5, 401) \g /dev/null
select is(fixture.deliver(:'d'), '{"5 Get ./A"}', 'four times refused');
select is(fixture.told(:'d', '6', 7, 401, 'syncml:auth-md5', 'r7'), '7 200', 'the fifth time is the last');
select admin.enqueue(:'d', 'Get', './B'), fixture.status(:'d', 6, 5, 401) \g /dev/null
select is(fixture.deliver(:'d'), '{}', 'then nothing more is sent in the session');
\ir invariant.inc
select * from finish();
rollback;

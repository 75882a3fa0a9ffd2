-- SPDX-License-Identifier: ISC
-- Renewal: who may renew which certificate when, and what then becomes of it.
begin;
\ir fixture.inc
select * from no_plan();

-- The request KEY of a device by its certificate N; shows the certificate in TLS unless told otherwise.
create function fixture.ask(in_device uuid, in_n int, in_key text, in_presented bytea default '\x00',
  in_id text default null, out serial bytea, out certificate bytea, out refusal text, out days numeric, out type text)
language sql as
$$ select r.serial, r.certificate, r.refusal, round((r.not_after - extract(epoch from now())) / 86400, 1), r.store
     from mdm.device d, enrollment.renew(fixture.cert(d.device_id, in_n),
       case in_presented when '\x00' then fixture.cert(d.device_id, in_n) else in_presented end, coalesce(in_id, d.device_id),
       fixture.h('renewal ' || d.device || in_key), convert_to('new key ' || in_key, 'UTF8'), fixture.h('new serial ' || in_key),
       '{DeviceName,OSVersion}', '{PC-NEW,10.0.26100.1}') r
    where d.device = in_device $$;
create function fixture.renew(in_device uuid, in_n int, in_key text) returns text language plpgsql as
$$ declare r record; d mdm.device; begin
  select * into strict d from mdm.device where device = in_device;
  select * into r from fixture.ask(in_device, in_n, in_key);
  if r.refusal is not null then return r.refusal; end if;
  perform signer.issue(in_device, r.serial, convert_to('renewed ' || in_key, 'UTF8'), fixture.cert(d.device_id, in_n + 1), '\x02', fixture.h('ca'));
  return 'renewed';
end $$;
create function fixture.left(in_device uuid, in_days int) returns void language sql as
$$ update mdm.certificate set not_before = now() - interval '400 days', not_after = now() + make_interval(days => in_days)
    where device = in_device and state = 'issued' $$;
create function fixture.chain(in_device uuid) returns text[] language sql as
$$ select array_agg(generation || ' ' || state order by enrollment, generation, issued_at) from admin.certificate where device = in_device $$;

-- The window.
select fixture.enroll('A') as a \gset
select is(fixture.message(:'a', 's1', 1), '1', 'the device is there');
select matches((select refusal from fixture.ask(:'a', 1, 'a')), '^too early: not before \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$',
  'a year before its end it is too early');
select fixture.left(:'a', 44);
select matches((select refusal from fixture.ask(:'a', 1, 'a')), '^too early', '44 days before too');
select is((select count(*) from mdm.device_key where value = fixture.h('new key a')), 0::bigint, 'and the key is not known by that');
select fixture.left(:'a', 43);
select results_eq(format('select certificate, refusal, days, type from fixture.ask(%L, 1, ''a'')', :'a'),
  $$ values (null::bytea, null::text, 365.0, 'User') $$, 'then it is reserved for as long as the template says');
select results_eq(format('select serial from fixture.ask(%L, 1, ''a'')', :'a'), $$ values (fixture.h('new serial a')) $$, 'the same again is the same');
select is(fixture.renew(:'a', 1, 'a'), 'renewed', 'it is issued');
select is((select certificate from fixture.ask(:'a', 1, 'a')), convert_to('renewed a', 'UTF8'), 'and given again');
select is(fixture.chain(:'a'), '{0 issued,1 issued}', 'both are good');
select results_eq(format('select name, os_version from admin.device where id = %L', :'a'), $$ values ('PC-NEW', '10.0.26100.1') $$,
  'what it says of itself is taken over');
select results_eq(format('select encode(c.renews, ''hex'') = old.serial from mdm.certificate c, admin.certificate old
  where c.device = %1$L and c.generation = 1 and old.device = c.device and old.generation = 0', :'a'), 'values (true)', 'the new one names the old one');

-- Until the new one is seen the old one lasts.
select is(fixture.message(:'a', 's2', 1), '1', 'the old one holds a session');
select is(fixture.chain(:'a'), '{0 issued,1 issued}', 'and stays');
select is(mdm.certificate_newest(:'a'), fixture.cert('A', 1), 'nobody knows whether the new one has arrived');
select is(fixture.message(:'a', 's3', 1, in_n => 2), '1', 'the new one holds a session');
select is(fixture.chain(:'a'), '{0 superseded,1 issued}', 'which ends the old one');
select is(mdm.certificate_newest(:'a'), fixture.cert('A', 2), 'now it is known');
select throws_ok(format('select fixture.message(%L, ''s4'', 1)', :'a'), 'MD403', 'the certificate is superseded', 'for messages');
select is(fixture.renew(:'a', 1, 'a'), 'the certificate is superseded', 'and for renewal');

-- Three generations, and an answer that was lost.
select fixture.left(:'a', 10);
select is(fixture.renew(:'a', 2, 'b'), 'renewed', 'the second renewal');
select is((select count(*) from fixture.ask(:'a', 2, 'lost') where refusal is null), 1::bigint, 'another request is another certificate');
select is(fixture.message(:'a', 's5', 1, in_n => 3), '1', 'the one that arrived is used');
select is(fixture.chain(:'a'), '{0 superseded,1 superseded,2 issued,3 reserved}', 'those before it are superseded');
select fixture.left(:'a', 5);
select is(fixture.renew(:'a', 3, 'c'), 'renewed', 'the third');
select is((select array_agg(generation order by generation) from mdm.certificate where device = :'a'), '{0,1,2,3,4}', 'each counts');

-- Keys: no known one, of whichever device.
select fixture.enroll('B') as b \gset
select fixture.left(:'b', 10);
select is(fixture.renew(:'b', 1, 'c'), 'the public key is known already', 'a key of another device');
insert into mdm.device_key values ('public_key', fixture.h('new key own'), :'b');
select is(fixture.renew(:'b', 1, 'own'), 'the public key is known already', 'the old key');
select throws_ok(format('select from enrollment.renew(fixture.cert(''B''), fixture.cert(''B''), ''B'', ''\x01'', ''\x02'', fixture.h(''new serial c''), ''{}'', ''{}'')'),
  'MD409', 'the serial is taken', 'a serial comes once');

-- One device for another.
select is((select refusal from fixture.ask(:'b', 1, 'x', fixture.cert('A', 4))), 'the request is not signed by the client certificate',
  'with A''s certificate for B');
select is((select count(*) from admin.event where device = :'a' and kind = 'renewal.refused' and detail->>'reason' like '%not signed by the client%'),
  1::bigint, 'which A answers for');
select is((select count(*) from admin.event where device = :'b' and kind = 'renewal.refused' and detail->>'reason' like '%not signed by the client%'),
  0::bigint, 'not B');
select is((select refusal from fixture.ask(:'b', 1, 'x', in_id => 'A')), 'DeviceID is not that of the certificate''s device', 'B''s for A');
select is((select refusal from fixture.ask(:'b', 1, 'x', null)), 'no client certificate', 'without TLS''s');
select is((select refusal from enrollment.renew('\x01', '\x01', 'B', '\x01', '\x02', '\x03', '{}', '{}')), 'a certificate that is not in the database', 'with an unknown one');
select is((select count(*) from mdm.certificate where device = :'b'), 1::bigint, 'nothing came of it');

-- The audit trail is not flooded.
select fixture.ask(:'b', 1, 'y', null) from generate_series(1, 5);
select is((select count(*) from admin.event where device = :'b' and kind = 'renewal.refused' and detail->>'reason' = 'no client certificate'),
  1::bigint, 'a reason repeated is noted once');

-- Revoked, blocked, left.
select fixture.enroll('C') as c \gset
select fixture.left(:'c', 10);
select is(fixture.renew(:'c', 1, 'c1'), 'renewed', 'C renews');
select lives_ok($$ select admin.certificate_revoke(encode(fixture.cert('C', 2), 'hex')) $$, 'the new one is revoked');
select is(fixture.renew(:'c', 1, 'c1'), 'the certificate of this request was revoked', 'and not given again');
select is(fixture.renew(:'c', 2, 'c2'), 'the certificate is revoked', 'nor renewed');
select admin.block(:'c');
select is(fixture.renew(:'c', 1, 'c3'), 'the device is blocked', 'a blocked device renews nothing');
select admin.approve(:'c');
select is(fixture.message(:'c', 's1', 1), '1', 'it comes back');
select fixture.alert(:'c', 1226, 'com.microsoft:mdm.unenrollment.userrequest', '1');
select is(fixture.renew(:'c', 1, 'c4'), 'the certificate is revoked', 'who has left renews nothing');
select throws_ok(format('select admin.renew(%L)', :'c'), 'MD409', null, 'nor when asked');

-- Expired.
select fixture.enroll('D') as d \gset
select fixture.left(:'d', -20);
select is(fixture.renew(:'d', 1, 'd1'), 'expired, known device', 'an expired one is not renewed');
select is((select refusal from fixture.ask(:'d', 1, 'd1', null)), 'expired, known device', 'whether TLS showed it or not');
select ok((select detail->>'reason' = 'expired, known device' from admin.event where device = :'d' and kind = 'renewal.refused'), 'it is noted');
select admin.setting_set('renewal_grace', '19');
select is(fixture.renew(:'d', 1, 'd1'), 'expired, known device', 'after 20 days 19 days of grace are over');
select admin.setting_set('renewal_grace', '21');
select is((select refusal from fixture.ask(:'d', 1, 'd1', null)), null, '21 are not, by signature alone');
select is(fixture.renew(:'d', 1, 'd1'), 'renewed', 'and it has a certificate again');
select is(fixture.message(:'d', 's1', 1, in_n => 2), '1', 'which is good');
select admin.setting_set('renewal_grace', null);

-- Asked for by an administrator; not without end.
select fixture.enroll('E') as e \gset
select fixture.message(:'e', 's1', 1);
select is(fixture.renew(:'e', 1, 'e1') like 'too early%', true, 'E is early');
select admin.renew(:'e') as command \gset
select results_eq(format('select verb, uri, format, state from admin.command where id = %L', :'command'),
  $$ values ('Exec', './Device/Vendor/MSFT/CertificateStore/My/WSTEP/Renew/RenewNow', 'null', 'queued') $$, 'admin.renew queues RenewNow');
select is(fixture.renew(:'e', 1, 'e1'), 'renewed', 'then it is not');
select is(fixture.message(:'e', 's2', 1, in_n => 2), '1', 'the new one is used');
select is(fixture.renew(:'e', 2, 'e2') like 'too early%', true, 'and is not to be renewed at once');
select admin.setting_set('renew_period', '400');
select is(fixture.renew(:'e', 2, 'e2'), 'renewed', 'what devices are told counts too');
select admin.setting_set('renewal_limit', '30');
update mdm.enrollment set requested_at = now() - interval '31 days' where device = :'e';
select is(fixture.renew(:'e', 3, 'e3'), 'enrolled more than 30 days ago', 'a chain can be given an end');
select throws_ok('select admin.renew(gen_random_uuid())', 'MD404', null, 'no such device');
select throws_ok($$ select admin.setting_set('renewal_url', 'http://x/y') $$, 'MD400', null, 'renewals go by https');
select lives_ok($$ select admin.setting_set('renewal_url', 'https://x.example/EnrollmentServer/Enrollment.svc'), admin.setting_set('renewal_url', '') $$, 'or to where it enrolled');
\ir invariant.inc
select * from finish();
rollback;

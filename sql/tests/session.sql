-- SPDX-License-Identifier: ISC
-- Messages, sessions, and the commands that travel in them.
begin;
\ir fixture.inc
select * from no_plan();
select fixture.enroll('A') as d \gset
select fixture.enroll('B') as b \gset

-- Who may speak.
select throws_ok($$ select management.message('$$ || :'d' || $$', fixture.cert('B'), 'A', '1', 1, '\x01', null, true) $$, 'MD403',
  'the certificate is not of this device', 'the certificate of another device');
select throws_ok($$ select management.message(gen_random_uuid(), fixture.cert('A'), 'A', '1', 1, '\x01', null, true) $$, 'MD403', null, 'no device');
select throws_ok($$ select management.message('$$ || :'d' || $$', fixture.cert('A'), 'B', '1', 1, '\x01', null, true) $$, 'MD403', null,
  'the Source of another device');
select throws_ok($$ select management.message('$$ || :'d' || $$', fixture.cert('A'), null, '1', 1, '\x01', null, true) $$, 'MD403', null, 'no Source');
select lives_ok($$ select management.message('$$ || :'d' || $$', fixture.cert('A'), 'a', '0', 1, '\x01', null, true) $$, 'letter case does not matter');
update mdm.certificate set not_after = now() where device = :'b';
select throws_ok($$ select fixture.message('$$ || :'b' || $$', '1', 1) $$, 'MD403', 'the certificate has expired', 'an expired certificate');
update mdm.certificate set not_after = now() + interval '1 day', not_before = now() + interval '1 hour' where device = :'b';
select throws_ok($$ select fixture.message('$$ || :'b' || $$', '1', 1) $$, 'MD403', 'the certificate is not yet valid', 'an early certificate');
update mdm.certificate set not_before = now() where device = :'b';
update mdm.device set state = 'retired' where device = :'b';
select throws_ok($$ select fixture.message('$$ || :'b' || $$', '1', 1) $$, 'MD403', 'the device is retired', 'a retired device');
update mdm.device set state = 'enrolled' where device = :'b';

-- Nor when it was welcome before.
select throws_ok($$ select management.message('$$ || :'d' || $$', fixture.cert('A'), 'B', '2', 1, '\x02', null, true) $$, 'MD403', null, 'the Source of another device, later');
select throws_ok($$ select management.message('$$ || :'d' || $$', fixture.cert('B'), 'A', '2', 1, '\x02', null, true) $$, 'MD403', null, 'the certificate of another device, later');
update mdm.certificate set not_after = now() where device = :'d';
select throws_ok($$ select fixture.message('$$ || :'d' || $$', '2', 1) $$, 'MD403', 'the certificate has expired', 'an expired certificate, later');
update mdm.certificate set not_after = now() + interval '1 day', not_before = now() + interval '1 hour' where device = :'d';
select throws_ok($$ select fixture.message('$$ || :'d' || $$', '2', 1) $$, 'MD403', 'the certificate is not yet valid', 'an early certificate, later');
update mdm.certificate set not_before = now() where device = :'d';

-- The order of messages.
select is(fixture.message(:'d', '1', 1), '1', 'the first message of a session');
select is(fixture.message(:'d', '1', 1), '1 repeated', 'the same again');
select is(fixture.message(:'d', '1', 2), '2', 'the next');
select is(fixture.message(:'d', '1', 2), '2 repeated', 'the same again');
select throws_ok($$ select fixture.message('$$ || :'d' || $$', '1', 2, 'other') $$, 'MD400',
  'expected message 3 of session 1 or a new session, got message 2 of session 1', 'the same MsgID, another body');
select throws_ok($$ select fixture.message('$$ || :'d' || $$', '1', 4) $$, 'MD400', null, 'a message left out');
select throws_ok($$ select fixture.message('$$ || :'d' || $$', '1', 0) $$, 'MD400', null, 'message 0');
select throws_ok($$ select fixture.message('$$ || :'d' || $$', '2', 3) $$, 'MD400', null, 'the middle of another session');
select is(fixture.message(:'d', '1', 3), '3', 'what was refused changed nothing');
select is(fixture.message(:'d', '1', 1, 'other'), '1', 'message 1 with other bytes is a new session');
select is(fixture.message(:'d', 'ffff', 1), '1', 'so is another SessionID');
select is((select number from mdm.session where device = :'d'), 4::bigint, 'sessions are counted');
update mdm.session set seen_at = seen_at - interval '61 minutes' where device = :'d';
select is(fixture.message(:'d', 'ffff', 1), '1', 'package 1 an hour later is a new session though the same');
update mdm.session set seen_at = seen_at - interval '4 minutes' where device = :'d';
select is(fixture.message(:'d', 'ffff', 1), '1 repeated', 'four minutes later it is the same');
update mdm.session set seen_at = seen_at - interval '2 minutes' where device = :'d';
select is(fixture.message(:'d', 'ffff', 1), '1', 'six minutes later not, when nothing came of it');
select management.devinfo(:'d', '{./DevInfo/Lang}', '{de}'), management.deliver(:'d', 5) \g /dev/null
update mdm.session set seen_at = seen_at - interval '6 minutes' where device = :'d';
select is(fixture.message(:'d', 'ffff', 1), '1 repeated', 'but when something was stored with it');
update mdm.session set seen_at = seen_at - interval '55 minutes' where device = :'d';
select is(fixture.message(:'d', 'ffff', 1), '1', 'for an hour');
select is((select last_seen_at from admin.device where id = :'d'), now(), 'last_seen_at');
select is(fixture.message(:'b', 'ffff', 1), '1', 'the same session of another device is another session');
select is(fixture.message(:'b', '1', 1), '1', 'b again');

-- A queue in order; repeats get what they got.
select fixture.message(:'d', '2', 1) \g /dev/null
select is(fixture.deliver(:'d'), '{}', 'nothing queued, nothing given');
select is(current_setting('synchronous_commit'), 'off', 'a message that changed nothing commits without waiting');
set local synchronous_commit = on;
select admin.enqueue(:'d', 'Replace', './Vendor/MSFT/Personalization/DesktopImageUrl', 'https://a/?b&c') as c1 \gset
select admin.enqueue(:'d', 'Get', './DevDetail/SwV') as c2 \gset
select admin.enqueue(:'d', 'Replace', './User/Vendor/MSFT/X', '1', 'int') as c3 \gset
select admin.enqueue(:'d', 'Exec', './Device/Vendor/MSFT/Reboot/RebootNow', null, 'null') as c4 \gset
select is(fixture.message(:'d', '2', 1), '1 repeated', 'the message again');
select is(fixture.deliver(:'d'), '{}', 'is given nothing still, though there is a queue now');
select is(fixture.message(:'d', '3', 1, in_final => false), '1', 'a package that goes on');
select is(fixture.deliver(:'d'), '{}', 'is given no command');
set local synchronous_commit = on;
select is(fixture.message(:'d', '3', 2), '2', 'until its end');
select results_eq($$ select * from management.deliver('$$ || :'d' || $$', 7) $$, $$ values
  (7, 0, 'Replace', 0, './Vendor/MSFT/Personalization/DesktopImageUrl', 'chr', 'text/plain', 'https://a/?b&c', false, null::bigint, null::text),
  (8, 0, 'Get', 0, './DevDetail/SwV', 'chr', 'text/plain', null, false, null, null),
  (9, 0, 'Exec', 0, './Device/Vendor/MSFT/Reboot/RebootNow', 'null', 'text/plain', null, false, null, null) $$,
  'the queue in order; what is the user''s waits and others pass');
select is(current_setting('synchronous_commit'), 'on', 'a message with commands commits durably');
select is(fixture.states(:'d'), '{sent,sent,queued,sent}', 'three are sent');
select is(fixture.message(:'d', '3', 2), '2 repeated', 'again');
select is(fixture.deliver(:'d', 7), array['7 Replace ./Vendor/MSFT/Personalization/DesktopImageUrl', '8 Get ./DevDetail/SwV',
  '9 Exec ./Device/Vendor/MSFT/Reboot/RebootNow'], 'the same again');
select is((select array_agg(attempts order by seq) from admin.command), '{1,1,0,1}', 'which is no other attempt');

-- Statuses and results.
select fixture.message(:'d', '3', 3) \g /dev/null
select management.status(:'d', '{2,2,2,2}', '{0,7,8,9}', '{NULL,NULL,NULL,NULL}', '{200,202,200,500}', '{NULL,NULL,NULL,0x86000002}') \g /dev/null
select fixture.result(:'d', 2, 8, './DevDetail/SwV', '10.0.19043.1') \g /dev/null
select is(fixture.states(:'d'), '{accepted,done,queued,failed}', '202 accepted, 2xx done, else failed');
select results_eq('select status, error from admin.command order by seq',
  $$ values (202, null), (200, null), (null, null), (500, '0x86000002') $$, 'status and error are recorded');
select is((select array_agg(seq order by seq) from mdm.command), '{1,3}', 'the queue holds what is alive');
select is((select array_agg(seq order by seq) from mdm.command_done), '{2,4}', 'the history what has ended');
select results_eq('select command, uri, data from admin.result', $$ values ('$$ || :'c2' || $$'::uuid, './DevDetail/SwV', '10.0.19043.1') $$, 'the result');
select is((select os_version from admin.device where id = :'d'), '10.0.19043.1', 'the device has its version');
select is(fixture.deliver(:'d'), '{}', 'nothing more');
select fixture.message(:'d', '3', 3) \g /dev/null
select fixture.status(:'d', 2, 7, 404) \g /dev/null
select fixture.result(:'d', 2, 8, './DevDetail/SwV', 'other') \g /dev/null
select fixture.alert(:'d', 1226, 'com.microsoft:mdm.unenrollment.userrequest', '1') \g /dev/null
select management.devinfo(:'d', '{./DevInfo/Man}', '{other}') \g /dev/null
select is((select state from admin.command where id = :'c1') || (select data from admin.result), 'accepted10.0.19043.1', 'a repeat has no effect');
select is((select count(*) from admin.alert), 0::bigint, 'not in alerts');
select is((select count(*) from admin.inventory where value = 'other'), 0::bigint, 'not in the inventory');
select fixture.message(:'d', '3', 4) \g /dev/null
select fixture.result(:'d', 2, 8, './DevDetail/SwV', 'newer') \g /dev/null
select is((select array_agg(data) from admin.result), '{newer}', 'a result may come again, also after the end');
select is((select count(*) from admin.event where kind = 'anomaly'), 0::bigint, 'all that is in order');
select fixture.status(:'d', 2, 8, 200) \g /dev/null
select is((select detail from admin.event where kind = 'anomaly'), '{"status": [{"seq": 2, "msg_ref": 2, "cmd_ref": 8, "status": 200}]}'::jsonb,
  'a second status of an ended command is an anomaly');
select management.status(:'d', array_fill(9::bigint, '{100}'), array_fill(9::bigint, '{100}'), '{}', array_fill(200, '{100}'), '{}') \g /dev/null
select is((select array_agg(jsonb_array_length(detail->'status') order by seq) from admin.event where kind = 'anomaly'), '{1,10}',
  'a hundred strange ones are one event');
select fixture.result(:'d', 9, 9, './X', 'x') \g /dev/null
select fixture.result(:'d', 2, 8, './' || repeat('x', 3000), 'x') \g /dev/null
select is((select count(*) from admin.event where kind = 'anomaly'), 4::bigint, 'so are results of no command, or with a huge name');
select is((select array_agg(data) from admin.result), '{newer}', 'and nothing is stored');
select fixture.status(:'d', 2, 7, 200) \g /dev/null
select is((select state from admin.command where id = :'c1'), 'done', 'accepted, then done');
select fixture.message(:'d', '3', 5, in_login => 'user') \g /dev/null
select is(fixture.deliver(:'d'), '{5 Replace ./User/Vendor/MSFT/X}', 'the user signs in and gets the user''s command');
select is((select login_status from admin.device where id = :'d'), 'user', 'login_status');
select fixture.message(:'d', '3', 6) \g /dev/null
select is((select login_status from admin.device where id = :'d'), 'user', 'for the session');
select fixture.status(:'d', 5, 5, 214) \g /dev/null
select is(fixture.states(:'d'), '{done,done,queued,failed}', '214, cancelled, is no success');
select is(fixture.deliver(:'d'), '{}', 'and the session is given nothing more');

-- A reboot within the hour.
select fixture.enroll('K') as d \gset
select admin.enqueue(:'d', 'Get', './A') \g /dev/null
select fixture.message(:'d', '0', 1), fixture.deliver(:'d') \g /dev/null
update mdm.session set seen_at = seen_at - interval '6 minutes' where device = :'d';
select is(fixture.message(:'d', '0', 1), '1 repeated', 'package 1 is the same for an hour when something was delivered with it');
select fixture.message(:'d', '0', 2), fixture.status(:'d', 1, 5, 200), fixture.deliver(:'d'), fixture.message(:'d', '0', 1, 'x'), fixture.deliver(:'d') \g /dev/null
select admin.enqueue(:'d', 'Get', './B') \g /dev/null
update mdm.session set seen_at = seen_at - interval '6 minutes' where device = :'d';
select is(fixture.message(:'d', '0', 1, 'x'), '1', 'otherwise not');
select is(fixture.deliver(:'d'), '{"5 Get ./B"}', 'and gets what is new');
select fixture.message(:'d', '1', 1, in_login => 'user'), fixture.deliver(:'d') \g /dev/null
select is((select concat_ws(' ', login_status, delivered) from mdm.session where device = :'d'), 'user t', 'a session with a user and commands');
select fixture.message(:'d', '2', 1) \g /dev/null
select is((select concat_ws(' ', login_status, delivered) from mdm.session where device = :'d'), 'f', 'the next begins with neither');
set local synchronous_commit = on;

-- A session left in the middle.
select fixture.enroll('C') as d \gset
select admin.enqueue(:'d', 'Get', './A') as c1 \gset
select admin.enqueue(:'d', 'Exec', './Vendor/MSFT/Reboot/RebootNow') as c2 \gset
select admin.enqueue(:'d', 'Get', './B') as c3 \gset
select fixture.message(:'d', '1', 1) \g /dev/null
select fixture.deliver(:'d') \g /dev/null
select admin.enqueue(:'d', 'Get', './C') \g /dev/null
select is(admin.cancel(:'c3'), 'sent', 'cancel what was sent');
select is(admin.cancel(:'c3'), 'sent', 'cancel again');
select is(fixture.states(:'d'), '{sent,sent,sent,queued}', 'it stays sent while an answer is due');
select is(fixture.message(:'d', '1', 1), '1 repeated', 'the message again');
select is(fixture.deliver(:'d'), '{"5 Get ./A","6 Exec ./Vendor/MSFT/Reboot/RebootNow","7 Get ./B"}', 'gets the same, cancelled or not');
select fixture.message(:'d', '2', 1) \g /dev/null
select is(fixture.states(:'d'), '{queued,unknown,cancelled,queued}', 'a new session: queued again; run-once unknown; cancelled');
select is(fixture.deliver(:'d', 3), '{"3 Get ./A","4 Get ./C"}', 'sent again in the old order');
select is((select array_agg(attempts order by seq) from admin.command where device = :'d'), '{2,1,1,1}', 'attempts are counted');
select ok('command.unknown' = any (fixture.events(:'d')), 'the unknown restart leaves an event');
select fixture.message(:'d', '2', 2) \g /dev/null
select fixture.status(:'d', 1, 6, 200) \g /dev/null
select is(fixture.states(:'d'), '{sent,unknown,cancelled,sent}', 'a status for the old session''s CmdID hits nothing');
select fixture.status(:'d', 1, 3, 200) \g /dev/null
select is(fixture.states(:'d'), '{done,unknown,cancelled,sent}', 'but the new one');
select is(admin.cancel((select id from admin.command where device = :'d' and uri = './C')), 'sent', 'cancelled after it was sent');
select fixture.status(:'d', 1, 4, 200) \g /dev/null
select is(fixture.states(:'d'), '{done,unknown,cancelled,done}', 'and done all the same');
select throws_ok($$ select admin.cancel('$$ || :'c1' || $$') $$, 'MD409', null, 'cancel what has ended');
select throws_ok($$ select admin.cancel(gen_random_uuid()) $$, 'MD404', null, 'cancel nothing');
select fixture.message(:'d', '3', 1) \g /dev/null
select is(admin.cancel(admin.enqueue(:'d', 'Get', './D')), 'cancelled', 'cancel what is queued');
select is(fixture.deliver(:'d'), '{}', 'it is not sent');

-- The budget.
select fixture.enroll('E') as d \gset
select admin.setting_set('message_budget', '4096') \g /dev/null
select admin.enqueue(:'d', 'Replace', './' || i, repeat(case when i = 3 then '<' else 'x' end, case when i in (1, 3) then 5000 else 1000 end))
  from generate_series(1, 7) i \g /dev/null
select fixture.message(:'d', '1', 1) \g /dev/null
select is(fixture.deliver(:'d'), '{"5 Replace ./1"}', 'one that is larger than the budget goes alone');
select fixture.message(:'d', '1', 2) \g /dev/null
select is(fixture.deliver(:'d'), '{"5 Replace ./2"}', 'a small one before a large one does too');
select fixture.message(:'d', '1', 3) \g /dev/null
select is(fixture.deliver(:'d'), '{"5 Replace ./3"}', 'then the large one');
select is((select size > 20000 from mdm.command where uri = './3'), true, 'counted as it is escaped');
select fixture.message(:'d', '1', 4) \g /dev/null
select is(fixture.deliver(:'d'), '{"5 Replace ./4","6 Replace ./5","7 Replace ./6"}', 'then as many as fit');
select admin.setting_set('session_messages', '5') \g /dev/null
select is(fixture.message(:'d', '1', 5), '5 ended', 'a session has an end');
select is(fixture.deliver(:'d'), '{}', 'with nothing more');
select fixture.message(:'d', '2', 1) \g /dev/null
select is(fixture.deliver(:'d'), '{"5 Replace ./1"}', 'the next one begins with what was not answered');
select admin.setting_set('message_budget', null) \g /dev/null
select admin.setting_set('session_messages', null) \g /dev/null

-- A session without an end.
select fixture.enroll('L') as d \gset
select admin.enqueue(:'d', 'Get', './A') \g /dev/null
select admin.setting_set('session_messages', '3') \g /dev/null
select is(fixture.message(:'d', '1', i, in_final => false), i::text, 'a package that goes on, message ' || i) from generate_series(1, 2) i;
select is(fixture.message(:'d', '1', 3, in_final => false), '3 ended', 'is ended');
select is(fixture.deliver(:'d'), '{}', 'without a command');
select is(fixture.message(:'d', '1', 3, in_final => false), '3 repeated ended', 'again');
select is(fixture.deliver(:'d'), '{}', 'without a command');
select throws_ok(format('select fixture.message(%L, ''1'', 4)', :'d'), 'MD400', 'session 1 is over after 3 messages', 'then it is over');
select throws_ok(format('select fixture.message(%L, ''1'', 5)', :'d'), 'MD400', null, 'whatever comes');
select is(fixture.message(:'d', '2', 1), '1', 'a new one begins');
select is(fixture.deliver(:'d'), '{"5 Get ./A"}', 'with the command');
select is(fixture.message(:'d', '2', 2), '2', 'goes on');
select is(fixture.message(:'d', '2', 3), '3 ended', 'and ends with a package too');
select fixture.status(:'d', 1, 5, 200) \g /dev/null
select is(fixture.states(:'d'), '{done}', 'what came last counts');
select throws_ok(format('select fixture.message(%L, ''2'', 4)', :'d'), 'MD400', null, 'over');
select admin.setting_set('session_messages', null) \g /dev/null
select throws_ok(format('select fixture.message(%L, ''2'', 4)', :'d'), 'MD400', null, 'for good');
select is(fixture.message(:'d', '3', 1), '1', 'not the next');

-- Package 1 once more, from a worker that was held up.
select fixture.enroll('O') as d \gset
select admin.enqueue(:'d', 'Exec', './Vendor/MSFT/Reboot/RebootNow'), admin.enqueue(:'d', 'Get', './A') \g /dev/null
select fixture.message(:'d', '0', 1), fixture.deliver(:'d'), fixture.message(:'d', '0', 2), fixture.status(:'d', 1, 6, 200), fixture.deliver(:'d') \g /dev/null
select throws_ok(format('select fixture.message(%L, ''0'', 1)', :'d'), 'MD400', 'message 1 of session 0 again, expected message 3 of session 0', 'message 1 after message 2');
select is(fixture.states(:'d'), '{sent,done}', 'changes nothing');
select is(fixture.message(:'d', '0', 3), '3', 'the session goes on');
select is((select number from mdm.session where device = :'d'), 1::bigint, 'really');
select is(fixture.message(:'d', '0', 1, 'x'), '1', 'other bytes are a new session at once');
select is(fixture.states(:'d'), '{unknown,done}', 'really');
select fixture.message(:'d', '0', 2), fixture.message(:'d', '0', 3) \g /dev/null
select is(fixture.message(:'d', '0', 1, 'x'), '1', 'so are the same when nothing was under way');
select fixture.message(:'d', '0', 2, in_final => false) \g /dev/null
select throws_ok(format('select fixture.message(%L, ''0'', 1, ''x'')', :'d'), 'MD400', null, 'a package is');
update mdm.session set seen_at = seen_at - interval '61 seconds' where device = :'d';
select is(fixture.message(:'d', '0', 1, 'x'), '1', 'or when the device was silent: it has started again');

-- Package 1 of the session before this one, from a worker that was held up.
select fixture.enroll('P') as d \gset
select admin.enqueue(:'d', 'Exec', './Vendor/MSFT/Reboot/RebootNow') \g /dev/null
select is(fixture.message(:'d', i::text, 1), '1', 'session ' || i) from generate_series(7, 8) i;
select fixture.deliver(:'d') \g /dev/null
select throws_ok(format('select fixture.message(%L, ''7'', 1)', :'d'), 'MD400', 'message 1 of session 7 again, expected message 2 of session 8',
  'message 1 of the session before');
select is(fixture.states(:'d'), '{sent}', 'ends nothing');
select is(fixture.message(:'d', '8', 2), '2', 'and the session goes on');
select throws_ok(format('select fixture.message(%L, ''7'', 1)', :'d'), 'MD400', null, 'later, too');
select is(fixture.message(:'d', '6', 1), '1', 'the one before that is not known any more');
select is(fixture.states(:'d'), '{unknown}', 'and is a new session');
select is(fixture.message(:'d', '8', 1), '1', 'so is what was given up when nothing is under way');
select is(fixture.message(:'d', '9', 1, in_final => false), '1', 'another');
select throws_ok(format('select fixture.message(%L, ''8'', 1)', :'d'), 'MD400', null, 'a package is');
update mdm.session set seen_at = seen_at - interval '61 seconds' where device = :'d';
select is(fixture.message(:'d', '8', 1), '1', 'or when the device was silent');
select is(fixture.message(:'d', '5', 1, 'same'), '1', 'a device whose messages are always the same');
select is(fixture.message(:'d', '5', 2, in_final => false), '2', 'may begin');
select is(fixture.message(:'d', '4', 1, 'same'), '1', 'again and again');
select is(fixture.message(:'d', '4', 2, in_final => false), '2', 'and again');
select is(fixture.message(:'d', '3', 1, 'same'), '1', 'with the same bytes');

-- A device that begins one session after another.
select fixture.enroll('R') as d \gset
select admin.enqueue(:'d', 'Get', './A') \g /dev/null
select is(fixture.message(:'d', i::text, 1), '1', 'session ' || i) from generate_series(1, 30) i;
select fixture.deliver(:'d') \g /dev/null
select throws_ok(format('select fixture.message(%L, ''31'', 1)', :'d'), 'MD503', 'the device begins more than 30 sessions a minute', 'is put off');
select is(fixture.message(:'d', '30', 1), '1 repeated', 'its last message may come again');
select is(fixture.message(:'d', '30', 2), '2', 'and the session goes on');
select fixture.status(:'d', 1, 5, 200) \g /dev/null
select is(fixture.states(:'d'), '{done}', 'undisturbed');
select is(fixture.message(:'b', 'r', 1), '1', 'as are others');
update mdm.session set starts_at = now() - interval '61 seconds' where device = :'d';
select is(fixture.message(:'d', '31', 1), '1', 'a minute later it may');
select is((select starts from mdm.session where device = :'d'), 1, 'it is the first of another minute');
select admin.setting_set('session_rate', '2') \g /dev/null
select is(fixture.message(:'d', '32', 1), '1', 'the number');
select throws_ok(format('select fixture.message(%L, ''33'', 1)', :'d'), 'MD503', null, 'is a setting');
select admin.setting_set('session_rate', '0') \g /dev/null
select is(fixture.message(:'d', '33', 1), '1', 'that may be off');
select admin.setting_set('session_rate', null) \g /dev/null
select is_empty($$ select s.name from mdm.setting s, mdm.session_rule r where coalesce(s.value, s.preset) is distinct from to_jsonb(r)->>s.name
  and s.name in ('device_auth', 'session_messages', 'session_rate') $$, 'the rule that messages read is as the settings are');

-- Two machines with one certificate.
select fixture.enroll('T') as d \gset
create function fixture.machine(in_device uuid, in_model text, in_serial text) returns text language sql as
$$ select fixture.message(in_device, md5(random()::text), 1); select management.devinfo(in_device, '{./DevInfo/Mod,./DevInfo/Lang}', array[in_model, in_model]);
   select from mdm.inventory_set(in_device, '{./DevDetail/Ext/Microsoft/SMBIOSSerialNumber}', array[in_serial]);
   select count(*)::text from admin.event where device = in_device and kind = 'device.cloned' $$;
select is(fixture.machine(:'d', 'one', 'S1'), '0', 'a machine');
select is(fixture.machine(:'d', 'one', 'S1'), '0', 'the same');
select is(fixture.machine(:'d', 'one', ''), '0', 'it forgets its serial number');
select is(fixture.machine(:'d', 'one', 'S1'), '0', 'and knows it again');
select is(fixture.machine(:'d', 'one', 'S2'), '0', 'a new board');
select is(fixture.machine(:'d', 'one', 'S2'), '0', 'stays');
select is(fixture.machine(:'d', 'one', 'S1'), '1', 'the old board again: two machines');
select is((select detail from admin.event where device = :'d' and kind = 'device.cloned'), '{"./DevDetail/Ext/Microsoft/SMBIOSSerialNumber": ["S1", "S2"]}'::jsonb, 'with these numbers');
select is(fixture.machine(:'d', 'one', 'S2'), '1', 'is said once');
select fixture.age(:'d', '25 hours') \g /dev/null
select is(fixture.machine(:'d', 'one', 'S1'), '2', 'a day');
select fixture.age(:'d', '25 hours') \g /dev/null
select is(fixture.machine(:'d', 'two', 'S1'), '2', 'another model');
select is(fixture.machine(:'d', 'one', 'S1'), '3', 'and back');
select is((select serial_number || model || state from admin.device where id = :'d'), 'S1oneenrolled', 'and both are served');

-- DevInfo and alerts.
select fixture.enroll('F') as d \gset
select fixture.message(:'d', '1', 1) \g /dev/null
select management.devinfo(:'d', '{./DevInfo/DevId,./DevInfo/Man,./DevInfo/Mod,./DevInfo/Man}', '{F,old,"VMware7,1","VMware, Inc."}') \g /dev/null
select results_eq($$ select manufacturer, model from admin.device where id = '$$ || :'d' || $$' $$, $$ values ('VMware, Inc.', 'VMware7,1') $$, 'DevInfo; the last of two wins');
select is((select count(*) from admin.inventory where device = :'d'), 3::bigint, 'three nodes in the inventory');
select ctid as before from mdm.inventory where device = :'d' and uri = './DevInfo/Man' \gset
select fixture.message(:'d', '2', 1) \g /dev/null
select management.devinfo(:'d', '{./DevInfo/DevId,./DevInfo/Man}', '{F,"VMware, Inc."}') \g /dev/null
select fixture.deliver(:'d') \g /dev/null
select is((select ctid || xmax::text from mdm.inventory where device = :'d' and uri = './DevInfo/Man'), :'before' || '0', 'what is known is not written again');
select is(current_setting('synchronous_commit'), 'off', 'and needs no durable commit');
set local synchronous_commit = on;
select fixture.message(:'d', '3', 1) \g /dev/null
select management.devinfo(:'d', '{./DevInfo/Man}', '{New}') \g /dev/null
select fixture.deliver(:'d') \g /dev/null
select is((select manufacturer from admin.device where id = :'d') || current_setting('synchronous_commit'), 'Newon', 'what is new is, durably');
select management.alert(:'d', '{3,3,4}', '{1224,1224,1226}', '{a,b,c}', '{chr,NULL,int}', '{NULL,NULL,critical}', '{NULL,NULL,./X}', '{1,2,3}') \g /dev/null
select management.alert(:'d', '{3,3,4}', '{1224,1224,1226}', '{a,b,c}', '{chr,NULL,int}', '{NULL,NULL,critical}', '{NULL,NULL,./X}', '{1,2,3}') \g /dev/null
select results_eq('select session, msg, cmd_id, ordinal, code, type, mark, source, data from admin.alert where type in (''a'', ''b'', ''c'') order by type', $$ values
  (3::bigint, 1::bigint, '3', 1, 1224, 'a', null, null, '1'), (3, 1, '3', 2, 1224, 'b', null, null, '2'),
  (3, 1, '4', 1, 1226, 'c', 'critical', './X', '3') $$, 'alerts, each once');
select is((select state from admin.device where id = :'d'), 'enrolled', 'another 1226 does not unenroll');
select lives_ok($$ select management.alert('$$ || :'d' || $$', '{}', '{}', '{}', '{}', '{}', '{}', '{}') $$, 'no alert');
select lives_ok($$ select management.status('$$ || :'d' || $$', '{}', '{}', '{}', '{}', '{}') $$, 'no status');
select lives_ok($$ select management.result('$$ || :'d' || $$', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}') $$, 'no result');
select lives_ok($$ select management.devinfo('$$ || :'d' || $$', '{}', '{}') $$, 'no DevInfo');

-- Unenrollment with commands under way.
select admin.enqueue(:'d', 'Get', './A'), admin.enqueue(:'d', 'Get', './B') \g /dev/null
select fixture.message(:'d', '4', 1) \g /dev/null
select fixture.deliver(:'d') \g /dev/null
select fixture.message(:'d', '4', 2) \g /dev/null
select fixture.status(:'d', 1, 5, 202) \g /dev/null
select admin.enqueue(:'d', 'Get', './C') \g /dev/null
select fixture.alert(:'d', 1226, 'com.microsoft:mdm.unenrollment.userrequest', '1') \g /dev/null
select is(fixture.states(:'d'), '{unknown,unknown,cancelled}', 'begun: unknown; queued: cancelled');
select is((select detail from admin.event where device = :'d' and kind = 'device.unenrolled'), '{"unknown": 2, "cancelled": 1}'::jsonb, 'with an event');

\ir invariant.inc
select * from finish();
rollback;

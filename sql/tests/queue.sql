-- SPDX-License-Identifier: ISC
-- The queue of a device: order, times, what an administrator does with it, and
-- maintenance windows.
begin;
\ir fixture.inc
select * from no_plan();
select admin.setting_set('session_rate', '0') \g /dev/null
select fixture.enroll('A') as a \gset
select fixture.enroll('B') as b \gset
create sequence fixture.session;
-- A session of two messages in which each command gets STATUS; says what was sent.
create function fixture.session(in_device uuid, in_status int default 200) returns text[] language plpgsql as $$
declare v_name text := 'q' || nextval('fixture.session'); v_sent text[];
begin
  perform fixture.message(in_device, v_name, 1);
  v_sent := fixture.deliver(in_device);
  perform fixture.message(in_device, v_name, 2);
  perform fixture.status(in_device, 1, split_part(s, ' ', 1)::int, in_status) from unnest(v_sent) s;
  perform fixture.deliver(in_device);
  return (select coalesce(array_agg(coalesce(substring(s from '\./.*'), split_part(s, ' ', 2))), '{}') from unnest(v_sent) s);
end $$;
create function fixture.due(in_device uuid) returns timestamptz language sql as 'select due_at from mdm.session where device = in_device';
create function fixture.state(in_uri text) returns text language sql as
$$ select concat_ws(' ', state, waits_for) from admin.command where uri = in_uri $$;
select fixture.session(:'a'), fixture.session(:'b') \g /dev/null

-- The order: by priority, within one by enqueueing.
select admin.enqueue(:'a', 'Get', u, in_priority => p) from (values (1, './a', 5), (2, './b', 0), (3, './c', 9), (4, './d', 5), (5, './e', 9)) v (n, u, p) order by n \g /dev/null
select is(fixture.session(:'a'), '{./c,./e,./a,./d,./b}', 'the highest priority first, then as queued');
select results_eq($$ select uri, priority from admin.command order by seq $$, $$ values ('./a', 5), ('./b', 0), ('./c', 9), ('./d', 5), ('./e', 9) $$, 'it stays in the history');
select admin.setting_set('message_budget', '1000') \g /dev/null
select admin.enqueue(:'a', 'Get', './low/' || n, in_priority => 1) from generate_series(1, 5) n \g /dev/null
select fixture.message(:'a', 'o', 1) \g /dev/null
select is(fixture.deliver(:'a'), '{"5 Get ./low/1","6 Get ./low/2","7 Get ./low/3"}', 'some fit');
select admin.enqueue(:'a', 'Get', './high') \g /dev/null
select fixture.message(:'a', 'o', 2) \g /dev/null
select is((fixture.deliver(:'a'))[1], '5 Get ./high', 'what comes later with a higher priority goes first');
select fixture.message(:'a', 'o', 3) \g /dev/null
select is(fixture.deliver(:'a'), '{}', 'and all have gone');
select admin.setting_set('message_budget', null), fixture.session(:'a') \g /dev/null
select throws_ok(format('select admin.enqueue(%L, ''Get'', ''./x'', in_priority => %L, in_not_before => %L, in_expires_at => %L)', :'a', p, n, e), 'MD400', f, f) from (values
  (10, null, null, 'priority: must be from 0 to 9'), (-1, null, null, 'priority: must be from 0 to 9'), (null, null, null, 'priority: must be from 0 to 9'),
  (5, 'infinity', null, 'not_before, expires_at: must not be infinite'), (5, null, '-infinity', 'not_before, expires_at: must not be infinite'),
  (5, null, '2001-01-01', 'expires_at: is over'), (5, '2901-01-01', '2900-01-01', 'expires_at: must be after not_before')) v (p, n, e, f);

-- Not before its time: it does not keep the device from the short way.
select now() + interval '1 hour' as later, now() + interval '2 hours' as latest \gset
select admin.enqueue(:'a', 'Get', './later', in_not_before => :'later'), admin.enqueue(:'a', 'Get', './now') \g /dev/null
select is(fixture.session(:'a'), '{./now}', 'what is for later waits');
select is(fixture.state('./later'), 'waiting time', 'and says so');
select fixture.message(:'a', 'idle', 1) \g /dev/null
select is(current_setting('fenestra.message'), 'idle', 'the next session is an idle one');
select is(fixture.due(:'a'), :'later'::timestamptz, 'until its time');
update mdm.command set not_before = now() - interval '1 second' where uri = './later';
update mdm.session set due_at = now() where device = :'a';
select is(fixture.session(:'a'), '{./later}', 'then it goes');
select is(fixture.due(:'a'), 'infinity', 'and nothing is due any more');
select admin.enqueue(:'a', 'Get', './never', in_not_before => :'later', in_expires_at => :'latest') as c \gset
select fixture.session(:'a') \g /dev/null
select is(admin.cancel(:'c'), 'cancelled', 'what waits can be cancelled');

-- Until it expires.
select admin.enqueue(:'a', 'Get', './e1', in_expires_at => :'later'), admin.enqueue(:'a', 'Get', './e2', in_not_before => :'later', in_expires_at => :'latest') \g /dev/null
update mdm.command set expires_at = now() where uri = './e1';
select is(fixture.session(:'a'), '{}', 'what has expired is not sent');
select is(fixture.state('./e1'), 'expired', 'and ends as expired');
update mdm.command set not_before = now() - interval '2 seconds', expires_at = now() where uri = './e2';
update mdm.session set due_at = now() where device = :'a';
select is(fixture.session(:'a'), '{}', 'nor what waited');
select is(fixture.state('./e2'), 'expired', 'which ends, too');
select ok('command.expired' = any (fixture.events(:'a')), 'with an event');
select admin.setting_set('command_expiry', '1'), admin.enqueue(:'a', 'Get', './old'), admin.enqueue(:'a', 'Get', './old2', in_not_before => :'later') \g /dev/null
update mdm.command set queued_at = now() - interval '2 days';
select is(fixture.session(:'a'), '{}', 'the days of the setting');
select is(array[fixture.state('./old'), fixture.state('./old2')], '{expired,"waiting time"}', 'count from when it may be sent');
select admin.setting_set('command_expiry', null), admin.clear(:'a') \g /dev/null

-- Many targets, one answer for each.
select fixture.enroll('C') as c \gset
select admin.supersede(:'c', :'b') \g /dev/null
select results_eq(format($$ select device, command is not null, fault from admin.enqueue_many(array[%1$L, %2$L, %1$L, %3$L, '00000000-0000-0000-0000-00000000000f', null]::uuid[], 'Replace', './many', 'x') order by device $$, :'a', :'b', :'c'),
  format($$ select * from (values (%L::uuid, true, null), (%L, true, null), (%3$L, false, 'device %3$s is retired'), ('00000000-0000-0000-0000-00000000000f', false, 'no device 00000000-0000-0000-0000-00000000000f'), (null, false, 'no device null')) v order by 1 $$, :'a', :'b', :'c'),
  'each device is answered once: with a command, or why there is none');
select is((select count(*) from admin.command where uri = './many' and data = 'x' and state = 'queued'), 2::bigint, 'and the commands are there');
select is_empty($$ select * from admin.enqueue_many('{}', 'Get', './x') $$, 'none at all');
select throws_ok($$ select admin.enqueue_many(null, 'Get', './x') $$, 'MD400', 'devices: must be given', 'no list');
select throws_ok(format($$ select admin.enqueue_many('{%s}', 'get', './x') $$, :'a'), 'MD400', 'verb: must be Add, Replace, Delete, Get or Exec', 'a command that is not good is refused as a whole');
select throws_ok(format($$ select admin.enqueue_many('{%s}', 'Get', './x', in_priority => 11) $$, :'a'), 'MD400', 'priority: must be from 0 to 9', 'so are bad times');
select is((select count(*) from admin.enqueue_many_syncml(array[:'a', :'b']::uuid[], '<Atomic><Replace><Item><Target><LocURI>./m1</LocURI></Target><Data>1</Data></Item></Replace><Delete><Item><Target><LocURI>./m2</LocURI></Target></Item></Delete></Atomic>', in_priority => 6) where fault is null), 2::bigint, 'SyncML for many');
select throws_ok(format($$ select admin.enqueue_many_syncml('{%s}', '<Get/>') $$, :'a'), 'MD400', 'Get: has no Item', 'which is checked');
select is(fixture.session(:'b'), '{"Atomic",./m1,./m2,./many}', 'they arrive');

select admin.group_set('g', in_members => array[:'a', :'b']::uuid[]) \g /dev/null
update mdm.device set model = 'X' where device = :'a';
select set_eq('select unnest(admin.targets())', array[:'a', :'b']::uuid[], 'targets: all that have not left');
select set_eq('select unnest(admin.targets(''g''))', array[:'a', :'b']::uuid[], 'of a group');
select is(admin.targets('g', '{"device": "model", "value": "x"}'), array[:'a']::uuid[], 'and of which a rule is true');
select is(admin.targets('all', '{"device": "model", "value": "y"}'), '{}', 'none');
select throws_ok('select admin.targets(''no'')', 'MD404', 'no group "no"', 'no such group');
select throws_ok('select admin.targets(in_rule => ''{}'')', 'MD400', 'rule: must have one of all, any, not, member, device and node', 'no rule');
select is((select count(command) from admin.enqueue_many(admin.targets('g'), 'Get', './g')), 2::bigint, 'they are what enqueue_many takes');
select admin.cancel(id) from admin.command where uri = './g' \g /dev/null

-- Clear and resend.
select admin.enqueue(:'a', 'Get', './w', in_not_before => :'later') \g /dev/null
select fixture.message(:'a', 'c', 1), fixture.deliver(:'a') \g /dev/null
select admin.enqueue(:'a', 'Get', './y') \g /dev/null
select is(admin.clear(:'a'), 4, 'clear: all of a device');
select is((select array_agg(state || ' ' || cancel_requested order by seq) from admin.command where device = :'a' and (uri in ('./w', './y', './many') or verb = 'Atomic') and done_at > now() - interval '1 minute' or state = 'sent'),
  '{"sent true","sent true","cancelled true","cancelled true"}', 'what was sent stays until it is answered');
select is(admin.clear(:'a'), 0, 'again: nothing');
select is((select detail from admin.event where kind = 'queue.cleared' order by seq desc limit 1), '{"cancelled": 2, "sent": 2}', 'one event');
select throws_ok('select admin.clear(gen_random_uuid())', 'MD404', null, 'no such device');
select id as atomic from admin.command where device = :'b' and verb = 'Atomic' \gset
select admin.resend(:'atomic') as again \gset
select results_eq(format('select part, parent, item, verb, uri, format, type, data from admin.command_part where command = %L order by part', :'again'),
  format('select part, parent, item, verb, uri, format, type, data from admin.command_part where command = %L order by part', :'atomic'), 'resend: the same parts');
select is((select state || priority from admin.command where id = :'again'), 'queued6', 'and priority, queued');
select is((select detail from admin.event where kind = 'command.resent'), jsonb_build_object('command', :'atomic', 'as', :'again'), 'with an event');
select throws_ok(format('select admin.resend(%L)', :'again'), 'MD409', 'command ' || :'again' || ' is queued', 'one on its way');
select throws_ok('select admin.resend(gen_random_uuid())', 'MD404', null, 'no such command');
select isnt(admin.resend((select id from admin.command where device = :'b' and uri = './many'), 2), null, 'a plain one');
select is(fixture.session(:'b'), '{"Atomic",./m1,./m2,./many}', 'they arrive once more');

-- Maintenance windows, by the device's clock or the server's.
create function fixture.window(in_device uuid, in_at text) returns text language sql as
$$ select open || ' ' || coalesce(to_char(change_at at time zone 'UTC', 'Dy HH24:MI'), '') from mdm.window_state(in_device, in_at::timestamptz) $$;
select is((mdm.window_state(:'a', now())).change_at, 'infinity', 'where there is no window there is nothing to wait for');
select admin.window_set('night', '22:00', 480, '{1,2,3,4,5}', 'server') \g /dev/null
select is(fixture.window(:'a', at), want, 'server, UTC: ' || at) from (values
  ('2026-06-01 12:00Z', 'false Mon 22:00'), ('2026-06-01 22:00Z', 'true Tue 06:00'), ('2026-06-02 05:59Z', 'true Tue 06:00'), ('2026-06-02 06:00Z', 'false Tue 22:00'),
  ('2026-06-06 05:00Z', 'true Sat 06:00'), ('2026-06-06 07:00Z', 'false Mon 22:00')) v (at, want);
select admin.setting_set('time_zone', 'Europe/Berlin') \g /dev/null
select is(fixture.window(:'a', '2026-06-01 12:00Z'), 'false Mon 20:00', 'in the time zone of the setting');
select is(fixture.window(:'a', '2026-12-01 12:00Z'), 'false Tue 21:00', 'with its winter time');
select admin.window_set('night', '22:00', 480, '{1,2,3,4,5}') \g /dev/null
select is(fixture.window(:'a', '2026-06-01 12:00Z'), 'false Mon 20:00', 'a device whose clock is not known goes by the server''s');
update mdm.device set utc_offset = -480 where device = :'a';
select is(fixture.window(:'a', '2026-06-01 12:00Z'), 'false Tue 06:00', 'its own clock, eight hours behind UTC');
select is(fixture.window(:'a', '2026-06-06 06:30Z'), 'true Sat 14:00', 'whose days are the device''s, too');
update mdm.device set utc_offset = 840 where device = :'a';
select is(fixture.window(:'a', '2026-06-01 07:00Z'), 'false Mon 08:00', 'fourteen hours ahead');
select is(fixture.window(:'a', '2026-06-01 08:00Z'), 'true Mon 16:00', 'where it is Monday night already');
select admin.window_set('noon', '12:00', 60, '{1}', 'server') \g /dev/null
select is(fixture.window(:'a', '2026-06-01 10:30Z'), 'true Mon 16:00', 'of two windows one is enough');
select admin.group_set('w', in_members => array[:'b']::uuid[]), admin.window_set('of-b', '8:00', 60, in_clock => 'server', in_group => 'w') \g /dev/null
select is(fixture.window(:'a', '2026-06-02 06:30Z'), 'false Tue 08:00', 'a window of a group is not for others');
select is(fixture.window(:'b', '2026-06-02 06:30Z'), 'true Tue 07:00', 'but for its devices');
select throws_ok('select admin.group_remove(''w'')', 'MD409', 'the maintenance window "of-b" is for the group "w"', 'whose group cannot be removed');
select admin.window_remove('of-b') \g /dev/null
select throws_ok('select admin.window_set(''a'', ''1:00'', 60, in_group => ''none'')', 'MD400', 'group: there is no "none"', 'no such group');
select admin.window_remove('noon'), admin.window_remove('night') \g /dev/null
select throws_ok('select admin.window_remove(''night'')', 'MD404', null, 'no such window');
select throws_ok(format('select admin.window_set(%L, %L, %L, %L, %L)', n, s, m, w, c), 'MD400', f, f) from (values
  ('a b', '1:00', 60, '{1}', 'device', 'name: must be 1 to 64 of A-Z a-z 0-9 . _ -'), ('a', null, 60, '{1}', 'device', 'starts: must be a time of day'),
  ('a', '1:00', 0, '{1}', 'device', 'minutes: must be from 1 to 1440'), ('a', '1:00', 60, '{0}', 'device', 'weekdays: must be some of 1 (Monday) to 7 (Sunday)'),
  ('a', '1:00', 60, '{}', 'device', 'weekdays: must be some of 1 (Monday) to 7 (Sunday)'), ('a', '1:00', 60, '{1}', 'mine', 'clock: must be device or server')) v (n, s, m, w, c, f);
select throws_ok('select admin.setting_set(''time_zone'', ''Mars/Olympus'')', 'MD400', 'time_zone must be a time zone that the database knows', 'a time zone that is none');

-- What a closed window holds, and what not.
select extract(isodow from now() at time zone 'UTC')::int as today \gset
select admin.setting_set('time_zone', null), admin.window_set('closed', (now() at time zone 'UTC' + interval '2 hours')::time, 60, array[:today, :today % 7 + 1], 'server') \g /dev/null
select fixture.session(:'b') \g /dev/null
select admin.enqueue(:'b', 'Replace', './w1', 'x'), admin.enqueue(:'b', 'Get', './w2'), admin.enqueue(:'b', 'Exec', './w3', in_priority => 9) \g /dev/null
select is(fixture.session(:'b'), '{./w3,./w2}', 'a Get and what is urgent do not wait');
select is(fixture.state('./w1'), 'waiting window', 'the rest does');
select is(date_trunc('minute', fixture.due(:'b')), date_trunc('minute', now() + interval '2 hours'), 'until it opens');
select fixture.message(:'b', 'idle', 1) \g /dev/null
select is(current_setting('fenestra.message'), 'idle', 'meanwhile sessions are idle ones');
select admin.window_remove('closed') \g /dev/null
select is(fixture.session(:'b'), '{./w1}', 'without the window it goes at the next session');
select admin.window_set('open', (now() at time zone 'UTC' - interval '1 hour')::time, 120, in_clock => 'server'), admin.enqueue(:'b', 'Replace', './w4', 'x') \g /dev/null
select is(fixture.session(:'b'), '{./w4}', 'while a window is open all goes');
select results_eq('select name, minutes, clock from admin.maintenance_window', $$ values ('open', 120, 'server') $$, 'the view');
select is((select array_agg(kind order by seq) from admin.event where kind ~ '^window'), '{window.set,window.set,window.set,window.set,window.removed,window.removed,window.removed,window.set,window.removed,window.set}', 'each change leaves an event');
select revision as before from mdm.session_rule \gset
select admin.window_set('open', (now() at time zone 'UTC' - interval '1 hour')::time, 120, in_clock => 'server') \g /dev/null
select is((select revision from mdm.session_rule), :before::bigint, 'the same again changes nothing');
\ir invariant.inc
select * from finish();
rollback;

-- SPDX-License-Identifier: ISC
-- Roll-outs: waves, lazily, that halt when too many devices fail.
begin;
\ir fixture.inc
select * from no_plan();
select admin.setting_set('session_rate', '0') \g /dev/null
create sequence fixture.session;
create temp table fleet as select n, fixture.enroll('F' || n) as device from generate_series(1, 150) n;
create function fixture.session(in_device uuid, in_status int default 200) returns int language plpgsql as $$
declare v_name text := 'r' || nextval('fixture.session'); v_sent text[];
begin
  perform fixture.message(in_device, v_name, 1);
  v_sent := fixture.deliver(in_device);
  perform fixture.message(in_device, v_name, 2);
  perform fixture.status(in_device, 1, split_part(s, ' ', 1)::int, in_status) from unnest(v_sent) s;
  return cardinality(v_sent);
end $$;
-- The whole fleet comes: how many were given something?
create function fixture.fleet(in_status int default 200) returns bigint language sql as
$$ select sum(fixture.session(device, in_status)) from fleet $$;
create function fixture.rollout(in_name text) returns text language sql as
$$ select concat_ws(' ', state, 'wave ' || wave, reached, done, failed, open, other, reason) from admin.rollout where name = in_name $$;
select is(fixture.fleet(), 0::bigint, 'a fleet');

-- Everybody has a fixed place, and these are spread.
select ok((select count(distinct p) > 900 and min(p) < 100 and max(p) between 9900 and 9999 and avg(p) between 4800 and 5200
  from (select mdm.spread(md5('device ' || n)::uuid, 'x') as p from generate_series(1, 1000) n) x), 'places are spread');
select is((select count(*) from fleet where mdm.spread(device, 'x') = mdm.spread(device, 'y')) < 5, true, 'anew for each purpose');
select is(mdm.spread('00000000-0000-0000-0000-000000000000', 'x'), mdm.spread('00000000-0000-0000-0000-000000000000', 'x'), 'and stay');

-- Lazily, in waves.
select count(*) as before from mdm.command \gset
select admin.rollout_start('ring', 'Replace', './Vendor/MSFT/A', 'x', in_waves => '{10,50,100}', in_soak => 60) as ring \gset
select is((select count(*) from mdm.command), :before::bigint, 'the start writes nothing for any device');
select is(fixture.rollout('ring'), 'running wave 1 0 0 0 0 0', 'and reaches none');
select count(*) as first from fleet where mdm.spread(device, :'ring') < 1000 \gset
select ok(:first between 1 and 60, 'the first wave is about a tenth');
select is(fixture.fleet(), :first::bigint, 'the fleet comes: the first wave is given the command');
select is(fixture.rollout('ring'), format('running wave 1 %s %1$s 0 0 0', :first), 'which the view shows');
select is(fixture.fleet(), 0::bigint, 'once');
select results_eq(format('select origin, count(*) from admin.command where rollout = %L group by origin', :'ring'), format('values (%L, %s::bigint)', 'roll-out', :first), 'the commands say whence they are');
select fixture.message(device, 'idle', 1) from fleet where n = 1 \g /dev/null
select is(current_setting('fenestra.message'), 'idle', 'meanwhile sessions are idle ones');
select is(mdm.rollout_tick(), 0, 'the wave is too young for the next');
update mdm.rollout set wave_at = now() - interval '61 minutes';
select is(mdm.rollout_tick(), 1, 'an hour later it comes');
select is((select wave || ' ' || percent from admin.rollout), '2 50', 'half of them');
select count(*) as second from fleet where mdm.spread(device, :'ring') < 5000 \gset
select is(fixture.fleet(), :second::bigint - :first, 'the second wave is those who were not in the first');
select is(admin.rollout_next('ring'), 100::numeric, 'by hand: all');
select is(fixture.fleet(), 150::bigint - :second, 'the rest');
select throws_ok('select admin.rollout_next(''ring'')', 'MD409', 'the roll-out "ring" is in its last wave', 'there is no more');
select is(fixture.rollout('ring'), 'running wave 3 150 150 0 0 0', 'done everywhere');
select throws_ok('select admin.rollout_start(''ring'', ''Get'', ''./A'')', 'MD409', 'there is a roll-out "ring" already', 'a name is taken once');
update mdm.rollout set ends_at = now();
select is(mdm.rollout_tick(), 1, 'its time is over');
select is(mdm.rollout_tick(), 0, 'once');
select is(fixture.rollout('ring'), 'finished wave 3 150 150 0 0 0', 'finished');
select throws_ok('select admin.rollout_abort(''ring'')', 'MD409', 'the roll-out "ring" is finished', 'what is over cannot be aborted');

-- Nobody is through: the next wave waits.
select admin.rollout_start('slow', 'Replace', './Vendor/MSFT/A', 'x', in_waves => '{50,100}', in_soak => 0) as slow \gset
select is(mdm.rollout_tick(), 0, 'no wave follows one that reached nobody');
select fixture.message(device, 'open', 1), fixture.deliver(device) from fleet \g /dev/null
select is(mdm.rollout_tick(), 0, 'nor one whose devices have not answered');
select is((select open > 20 and open = reached from admin.rollout where name = 'slow'), true, 'it is open there');
select admin.rollout_abort('slow', 'enough') \g /dev/null
select fixture.message(device, 'open', 2), fixture.status(device, 1, 5, 200) from fleet where mdm.spread(device, :'slow') < 5000 \g /dev/null
select fixture.fleet() \g /dev/null
select is((select done = reached and reason = 'enough' and state = 'aborted' from admin.rollout where name = 'slow'), true, 'what was sent is done in spite of the end');

-- Halted after so many failures; what was queued and not sent stays.
select admin.rollout_start('bad', 'Replace', './User/Vendor/MSFT/A', 'x', in_waves => '{100}', in_halt_failures => 3) as bad \gset
select fixture.message(device, 'nobody', 1) from fleet where n <= 20 \g /dev/null
select is((select open from admin.rollout where name = 'bad'), 20::bigint, 'twenty devices have it and wait for their user');
select fixture.message(device, 'user', 1, in_login => 'user'), fixture.deliver(device) from fleet where n <= 3 \g /dev/null
select fixture.message(device, 'user', 2), fixture.status(device, 1, 5, 500) from fleet where n <= 2 \g /dev/null
select is(fixture.rollout('bad'), 'running wave 1 20 0 2 18 0', 'two failures are not enough');
select fixture.message(device, 'user', 2), fixture.status(device, 1, 5, 405) from fleet where n = 3 \g /dev/null
select is(fixture.rollout('bad'), 'halted wave 1 20 0 3 17 0 3 devices failed', 'the third halts it');
select fixture.message(device, 'user', 1, in_login => 'user') from fleet where n between 4 and 20 \g /dev/null
select is((select sum(cardinality(fixture.deliver(device))) from fleet where n between 4 and 20), 0::bigint, 'nothing of it is sent any more, though it was queued');
select is((select array_agg(distinct state || ' ' || waits_for) from admin.command where rollout = :'bad' and state not in ('failed')), '{waiting roll-out}', 'it waits');
select is(fixture.fleet(), 0::bigint, 'and nobody new is reached');
select fixture.message(device, 'idle', 1) from fleet where n = 5 \g /dev/null
select is(current_setting('fenestra.message'), 'idle', 'who waits has idle sessions');
select is(mdm.rollout_tick(), 0, 'time does not change that');
select admin.rollout_resume('bad') \g /dev/null
select fixture.message(device, 'user2', 1, in_login => 'user') from fleet where n = 4 \g /dev/null
select is((select fixture.deliver(device) from fleet where n = 4), '{"5 Replace ./User/Vendor/MSFT/A"}', 'resumed, it goes on');
select fixture.message(device, 'user2', 2), fixture.status(device, 1, 5, 500) from fleet where n = 4 \g /dev/null
select is(fixture.rollout('bad'), 'running wave 1 20 0 4 16 0', 'old failures are excused');
select admin.rollout_pause('bad', 'lunch') \g /dev/null
select is(fixture.rollout('bad'), 'paused wave 1 20 0 4 16 0 lunch', 'paused');
select throws_ok('select admin.rollout_pause(''bad'')', 'MD409', 'the roll-out "bad" is paused', 'not twice');
select fixture.message(device, 'user3', 1, in_login => 'user') from fleet where n = 5 \g /dev/null
select is((select fixture.deliver(device) from fleet where n = 5), '{}', 'then nothing is sent');
select admin.rollout_abort('bad') \g /dev/null
select is(fixture.fleet(), 0::bigint, 'aborted: nothing');
select is(fixture.rollout('bad'), 'aborted wave 1 20 0 4 0 16', 'and what was queued is cancelled');

-- Halted by the share that failed.
select admin.rollout_start('share', 'Replace', './Vendor/MSFT/B', 'x', in_waves => '{100}', in_halt_percent => 20, in_halt_after => 10) as share \gset
select fixture.session(device, case when n in (1, 2, 3) then 500 else 200 end) from fleet where n <= 8 order by n \g /dev/null
select is(fixture.rollout('share'), 'running wave 1 8 5 3 0 0', 'three of eight: too few to judge');
select fixture.session(device, 200) from fleet where n between 9 and 20 order by n \g /dev/null
select is(fixture.rollout('share'), 'running wave 1 20 17 3 0 0', 'three of twenty');
select fixture.session(device, 500) from fleet where n between 21 and 23 order by n \g /dev/null
select is(fixture.rollout('share'), 'halted wave 1 22 17 5 0 0 5 of 22 devices failed', 'five of 22 is more than a fifth');
select is((select count(*) from admin.event where kind = 'rollout.halted'), 2::bigint, 'with an event');
select is((select count(*) from admin.rollout_device where rollout = :'share' and state = 'failed'), 5::bigint, 'who failed is shown');

-- For some devices: a rule, SyncML, the end.
update mdm.device set model = 'Book' where device in (select device from fleet where n <= 30);
select admin.rollout_start_syncml('books', '<Atomic><Replace><Item><Target><LocURI>./m1</LocURI></Target><Data>1</Data></Item></Replace><Delete><Item><Target><LocURI>./m2</LocURI></Target></Item></Delete></Atomic>',
  in_rule => '{"device": "model", "value": "Book"}', in_waves => '{100}', in_priority => 7) as books \gset
select is((select uri from admin.rollout where name = 'books'), './m1', 'SyncML: the first node is shown');
select fixture.message(device, 'books', 1) from fleet where n > 28 \g /dev/null
select results_eq(format('select verb, priority, count(*) from admin.command where rollout = %L group by 1, 2', :'books'), $$ values ('Atomic', 7, 2::bigint) $$, 'a rule says whom it is for');
select is((select array_agg(p.uri order by part) from admin.command_part p join admin.command c on c.id = p.command where c.rollout = :'books' and p.device = (select device from fleet where n = 29)), '{NULL,./m1,./m2}', 'with all its parts');
select admin.group_set('pilots', in_members => (select array_agg(device) from fleet where n between 50 and 59)) \g /dev/null
select admin.rollout_start('pilots', 'Get', './p', in_group => 'pilots', in_waves => '{100}') \g /dev/null
select fixture.message(device, 'pilots', 1) from fleet where n between 45 and 65 \g /dev/null
select is((select reached from admin.rollout where name = 'pilots'), 10::bigint, 'a group says whom it is for');

select throws_ok(format('select admin.rollout_start(%L, ''Get'', ''./A'', in_group => %L, in_rule => %L, in_waves => %L, in_soak => %L, in_advance_percent => %L, in_halt_failures => %L, in_halt_percent => %L, in_halt_after => %L, in_priority => %L, in_ends_at => %L)',
  n, g, r, w, s, a, hf, hp, ha, p, e), 'MD400', f, f) from (values
  ('a b', null, null, '{100}', null, 80, null, 5, 20, 5, '2900-01-01', 'name: must be 1 to 64 of A-Z a-z 0-9 . _ -'),
  ('a', 'none', null, '{100}', null, 80, null, 5, 20, 5, '2900-01-01', 'group: there is no "none"'),
  ('a', null, '{"model": 1}', '{100}', null, 80, null, 5, 20, 5, '2900-01-01', 'rule: must have one of all, any, not, member, device and node'),
  ('a', null, null, '{50,10}', null, 80, null, 5, 20, 5, '2900-01-01', 'waves: must be growing numbers of percent, from 0.01 to 100'),
  ('a', null, null, '{0}', null, 80, null, 5, 20, 5, '2900-01-01', 'waves: must be growing numbers of percent, from 0.01 to 100'),
  ('a', null, null, '{}', null, 80, null, 5, 20, 5, '2900-01-01', 'waves: must be growing numbers of percent, from 0.01 to 100'),
  ('a', null, null, '{100}', -1, 80, null, 5, 20, 5, '2900-01-01', 'soak: must be minutes from 0 to 100000, or null'),
  ('a', null, null, '{100}', null, 101, null, 5, 20, 5, '2900-01-01', 'advance_percent: must be from 0 to 100'),
  ('a', null, null, '{100}', null, 80, 0, 5, 20, 5, '2900-01-01', 'halt_failures: must be at least 1, or null'),
  ('a', null, null, '{100}', null, 80, null, -1, 20, 5, '2900-01-01', 'halt_percent: must be from 0 to 100, or null'),
  ('a', null, null, '{100}', null, 80, null, 5, 0, 5, '2900-01-01', 'halt_after: must be at least 1'),
  ('a', null, null, '{100}', null, 80, null, 5, 20, 10, '2900-01-01', 'priority: must be from 0 to 9'),
  ('a', null, null, '{100}', null, 80, null, 5, 20, 5, '2000-01-01', 'ends_at: must be a time to come')) v (n, g, r, w, s, a, hf, hp, ha, p, e, f);
select throws_ok('select admin.rollout_start(''a'', ''Put'', ''./A'')', 'MD400', 'verb: must be Add, Replace, Delete, Get or Exec', 'and the command itself is checked');
select throws_ok('select admin.rollout_resume(''none'')', 'MD404', 'no roll-out "none"', 'no such roll-out');
select is((select array_agg(distinct kind order by kind) from admin.event where kind ~ '^rollout'), '{rollout.aborted,rollout.finished,rollout.halted,rollout.paused,rollout.resumed,rollout.started,rollout.wave}', 'all of it leaves events');
\ir invariant.inc
select * from finish();
rollback;

-- SPDX-License-Identifier: ISC
-- What each status means for a command, and commands that are sent again.
begin;
\ir fixture.inc
select * from no_plan();
select admin.setting_set('session_rate', '0') \g /dev/null
select fixture.enroll('A') as d \gset

-- Send one command alone in a new session, answer it with a status: what it is then.  It is cancelled if it lives.
create sequence fixture.session;
create function fixture.outcome(in_device uuid, in_status int, in_verb text default 'Get', in_uri text default './X',
  in_error text default null) returns text language plpgsql as $$
declare
  v_data    text := case when in_verb in ('Add', 'Replace') then 'x' end;
  v_command uuid := admin.enqueue(in_device, in_verb, in_uri, v_data);
  v_session text := 's' || nextval('fixture.session');
  v_state   text;
begin
  perform fixture.message(in_device, v_session, 1), fixture.deliver(in_device);
  perform fixture.message(in_device, v_session, 2);
  perform fixture.status(in_device, 1, 5, in_status, in_error);
  v_state := (select state from admin.command where id = v_command);
  if v_state in ('queued', 'accepted') then
    perform admin.cancel(v_command);
  end if;
  return v_state;
end $$;
select is((select count(*) from mdm.status_class), 67::bigint, 'every code of OMA DM is known');
select is_empty($$ select s, fixture.outcome('$$ || :'d' || $$', s), class from mdm.status_class c, lateral (select c.status) t (s)
  where fixture.outcome('$$ || :'d' || $$', s) <> case class when 'retry' then 'queued' when 'rolled_back' then 'failed' else class end $$,
  'what each does to a command');
select results_eq($$ select class, array_agg(status order by status) from mdm.status_class where class not in ('done', 'failed') group by class order by class $$,
  $$ values ('accepted', '{101,202}'::int[]), ('retry', '{214,215,401,407,408,417,503,504,506,514}'), ('rolled_back', '{216}'), ('unknown', '{213}') $$,
  'those that are neither done nor failed');
select results_eq($$ select s, fixture.outcome('$$ || :'d' || $$', s) from unnest('{100,218,299,306,426,518,99999}'::int[]) s $$,
  $$ values (100, 'failed'), (218, 'done'), (299, 'done'), (306, 'failed'), (426, 'failed'), (518, 'failed'), (99999, 'failed') $$, 'and codes that nobody knows');
select is(fixture.outcome(:'d', 405, in_error => '0x86000005'), 'failed', 'an error');
select is((select status || error from admin.command where status = 405 and error <> ''), '4050x86000005', 'is kept');

-- What must run once is sent again only if it is certain that nothing was done.
select results_eq($$ select status, fixture.outcome('$$ || :'d' || $$', status, 'Exec', './Vendor/MSFT/Reboot/RebootNow') from mdm.status_class
  where class = 'retry' order by status $$, $$ values (214, 'unknown'), (215, 'queued'), (401, 'queued'), (407, 'queued'), (408, 'unknown'),
  (417, 'queued'), (503, 'queued'), (504, 'unknown'), (506, 'unknown'), (514, 'unknown') $$, 'a retry of what must run once');

-- Later: not in this session, and not for ever.
select fixture.enroll('B') as d \gset
select admin.setting_set('retry_attempts', '3') \g /dev/null
select admin.enqueue(:'d', 'Get', './A'), admin.enqueue(:'d', 'Get', './B') \g /dev/null
select fixture.message(:'d', '1', 1), fixture.deliver(:'d'), fixture.message(:'d', '1', 2) \g /dev/null
select fixture.status(:'d', 1, 5, 417), fixture.status(:'d', 1, 6, 200) \g /dev/null
select is(fixture.deliver(:'d'), '{}', '417: not again in this session');
select is(fixture.states(:'d'), '{queued,done}', 'it waits');
select fixture.message(:'d', '2', 1) \g /dev/null
select is(fixture.deliver(:'d'), '{"5 Get ./A"}', 'but in the next');
select fixture.message(:'d', '2', 2), fixture.status(:'d', 1, 5, 503) \g /dev/null
select fixture.message(:'d', '3', 1), fixture.deliver(:'d'), fixture.message(:'d', '3', 2), fixture.status(:'d', 1, 5, 417, 'busy') \g /dev/null
select is((select array_agg(concat_ws(' ', state, status, error, attempts) order by seq) from admin.command where device = :'d'), '{"failed 417 busy 3","done 200 1"}', 'three times at most');
select is((select array_agg(retries order by seq) from admin.command where device = :'d'), '{2,0}', 'twice put off, which the history keeps');
select admin.enqueue(:'d', 'Get', './C') as c \gset
select fixture.message(:'d', '4', 1), fixture.deliver(:'d'), admin.cancel(:'c'), fixture.message(:'d', '4', 2), fixture.status(:'d', 1, 5, 417) \g /dev/null
select is((select state from admin.command where id = :'c'), 'cancelled', 'not when it was cancelled');
select fixture.status(:'d', 1, 5, 404) \g /dev/null
select is((select state from admin.command where id = :'c'), 'cancelled', 'a second status changes nothing');
select admin.enqueue(:'d', 'Get', './D') as c \gset
select fixture.message(:'d', '5', 1), fixture.deliver(:'d'), fixture.message(:'d', '5', 2), fixture.status(:'d', 1, 5, 417), fixture.status(:'d', 1, 5, 404) \g /dev/null
select is((select state from admin.command where id = :'c'), 'queued', 'nor of what is queued again');
select admin.cancel(:'c') \g /dev/null
select admin.enqueue(:'d', 'Get', './E'), fixture.message(:'d', '6', 1), fixture.deliver(:'d') \g /dev/null
select admin.enqueue(:'d', 'Get', './F') \g /dev/null
select fixture.message(:'d', '6', 2), fixture.status(:'d', 1, 5, 214) \g /dev/null
select is(fixture.deliver(:'d'), '{}', '214: the session is given nothing more');
select fixture.message(:'d', '6', 3) \g /dev/null
select is(fixture.deliver(:'d'), '{}', 'to its end');
select fixture.message(:'d', '7', 1) \g /dev/null
select is(fixture.deliver(:'d'), '{"5 Get ./E","6 Get ./F"}', 'the next is');

-- The other verb, once.
select fixture.enroll('C') as d \gset
select admin.enqueue(:'d', 'Add', './A', '1', 'int') as a, admin.enqueue(:'d', 'Replace', './B', 'x') as b, admin.enqueue(:'d', 'Delete', './C') as c \gset
select fixture.message(:'d', '1', 1), fixture.deliver(:'d'), fixture.message(:'d', '1', 2) \g /dev/null
select management.status(:'d', '{1,1,1}', '{5,6,7}', '{}', '{418,404,404}', '{}') \g /dev/null
select is(fixture.states(:'d'), '{queued,queued,done}', 'Add 418 and Replace 404 are queued again, Delete 404 is done');
select results_eq($$ select cmd_id, verb, uri, format, data from management.deliver('$$ || :'d' || $$', 5) $$,
  $$ values (5, 'Replace', './A', 'int', '1'), (6, 'Add', './B', 'chr', 'x') $$, 'at once, with the other verb');
select is(fixture.message(:'d', '1', 2), '2 repeated', 'again');
select is(fixture.deliver(:'d'), '{"5 Replace ./A","6 Add ./B"}', 'the same');
select fixture.message(:'d', '1', 3), fixture.status(:'d', 1, 5, 500) \g /dev/null
select is((fixture.states(:'d'))[1], 'sent', 'a late status of the first attempt changes nothing');
select management.status(:'d', '{2,2}', '{5,6}', '{}', '{404,418}', '{}') \g /dev/null
select results_eq($$ select verb, state, status, attempts from admin.command where device = '$$ || :'d' || $$' order by seq $$,
  $$ values ('Add', 'failed', 404, 2), ('Replace', 'failed', 418, 2), ('Delete', 'done', 404, 1) $$, 'once only; they keep their own verb');
select admin.enqueue(:'d', 'Add', './E', 'x') as e \gset
select fixture.message(:'d', '2', 1), fixture.deliver(:'d'), fixture.message(:'d', '2', 2), fixture.status(:'d', 1, 5, 418), fixture.deliver(:'d') \g /dev/null
select fixture.message(:'d', '2', 3), fixture.status(:'d', 2, 5, 418) \g /dev/null
select is((select concat_ws(' ', state, attempts) from admin.command where id = :'e'), 'failed 2', 'also if the device insists');
select admin.setting_set(s, 'false') from unnest('{add_exists,replace_missing,delete_missing}'::text[]) s \g /dev/null
select is(array[fixture.outcome(:'d', 418, 'Add'), fixture.outcome(:'d', 404, 'Replace'), fixture.outcome(:'d', 404, 'Delete')], '{failed,failed,failed}', 'each rule can be switched off');
select admin.setting_set(s, null) from unnest('{add_exists,replace_missing,delete_missing}'::text[]) s \g /dev/null
select is(array[fixture.outcome(:'d', 404, 'Add'), fixture.outcome(:'d', 418, 'Replace'), fixture.outcome(:'d', 418, 'Delete'), fixture.outcome(:'d', 404)], '{failed,failed,failed,failed}', 'other pairs are failures');

-- Begun, then an alert from its node.
select fixture.enroll('D') as d \gset
create function fixture.alert_from(in_device uuid, in_source text, in_data text, in_code int default 1226) returns void language sql as
$$ select management.alert(in_device, array[in_source || in_data], array[in_code], '{t}', '{NULL}', '{NULL}', array[in_source], array[in_data]) $$;
select admin.enqueue(:'d', 'Exec', './Device/Vendor/MSFT/App/%7B1%7D/DownloadInstall') from generate_series(1, 7) \g /dev/null
select fixture.message(:'d', '1', 1), fixture.deliver(:'d'), fixture.message(:'d', '1', 2) \g /dev/null
select fixture.status(:'d', 1, 5 + i, 202) from generate_series(0, 5) i \g /dev/null
select fixture.alert_from(:'d', './Vendor/MSFT/Other', '0'), fixture.alert_from(:'d', './Vendor/MSFT/App/%7B1%7D', '0'),
  fixture.alert_from(:'d', './Vendor/MSFT/App/%7B1%7D/DownloadInstall', 'begun'), fixture.alert_from(:'d', './Vendor/MSFT/App/%7B1%7D/DownloadInstall', '0', 1100) \g /dev/null
select is(fixture.states(:'d'), '{accepted,accepted,accepted,accepted,accepted,accepted,sent}', 'alerts from elsewhere, without a number, of another code change nothing');
select fixture.message(:'d', '2', 1) \g /dev/null
select fixture.alert_from(:'d', './vendor/msft/APP/%7b1%7d/DownloadInstall', '0'), fixture.alert_from(:'d', './Vendor/MSFT/App/%7B1%7D/DownloadInstall', '200', 1224),
  fixture.alert_from(:'d', './Vendor/MSFT/App/%7B1%7D/DownloadInstall', '-2147023436'), fixture.alert_from(:'d', './Vendor/MSFT/App/%7B1%7D/DownloadInstall', '0x80070643'),
  fixture.alert_from(:'d', './Vendor/MSFT/App/%7B1%7D/DownloadInstall', '404'), fixture.alert_from(:'d', './Vendor/MSFT/App/%7B1%7D/DownloadInstall', '0x0') \g /dev/null
select is((select array_agg(concat_ws(' ', state, status, error) order by seq) from admin.command where device = :'d'),
  '{"done 200","done 200","failed 500 -2147023436","failed 500 0x80070643","failed 404 404","done 200",queued}', 'in another session: 0 and 2xx are good, the rest is the error; the oldest first');
select fixture.alert_from(:'d', './Vendor/MSFT/App/%7B1%7D/DownloadInstall', '1') \g /dev/null
select is((fixture.states(:'d'))[7], 'queued', 'what is not begun is left alone');

-- Sent in vain: alone after three times, then given up.
select fixture.enroll('E') as d \gset
select admin.enqueue(:'d', 'Get', './' || n) from unnest('{A,B,C}'::text[]) n \g /dev/null
create function fixture.vain(in_device uuid, in_session text) returns text[] language plpgsql as
$$ begin perform fixture.message(in_device, in_session, 1); return fixture.deliver(in_device); end $$;
select is(fixture.vain(:'d', i::text), '{"5 Get ./A","6 Get ./B","7 Get ./C"}', 'sent in vain ' || i) from generate_series(1, 3) i;
select is(fixture.vain(:'d', '4'), '{"5 Get ./A"}', 'then the first alone');
select fixture.message(:'d', '4', 2), fixture.status(:'d', 1, 5, 200) \g /dev/null
select is(fixture.deliver(:'d'), '{"5 Get ./B"}', 'it was not that one; the next alone');
select is(fixture.message(:'d', '4', 2), '2 repeated', 'the message again');
select is(fixture.deliver(:'d'), '{"5 Get ./B"}', 'gets the same');
select admin.enqueue(:'d', 'Get', './D') \g /dev/null
select is(fixture.vain(:'d', '5'), '{"5 Get ./C"}', 'it was: it is given up, the next alone');
select is((select concat_ws(' ', state, status, error, attempts) from admin.command where device = :'d' and uri = './B'), 'failed quarantined 4', 'as quarantined');
select ok('command.quarantined' = any (fixture.events(:'d')), 'with an event');
select fixture.message(:'d', '5', 2), fixture.status(:'d', 1, 5, 417) \g /dev/null
select is(fixture.deliver(:'d'), '{"5 Get ./D"}', 'the queue goes on');
select is(fixture.vain(:'d', '6'), '{"5 Get ./C","6 Get ./D"}', 'what was answered is not alone any more');
select admin.setting_set('delivery_attempts', '1') \g /dev/null
select is(fixture.vain(:'d', '7'), '{"5 Get ./C"}', 'the number is a setting');
select admin.setting_set('delivery_attempts', null) \g /dev/null
select admin.enqueue(:'d', 'Exec', './Vendor/MSFT/Reboot/RebootNow') \g /dev/null
update mdm.command set unanswered = 0 where device = :'d';
select fixture.vain(:'d', '8'), fixture.vain(:'d', '9') \g /dev/null
select is((select state from admin.command where device = :'d' and verb = 'Exec'), 'unknown', 'what must run once is not sent in vain twice');

-- The device aborts.
select fixture.enroll('F') as d \gset
select admin.enqueue(:'d', 'Get', './A'), admin.enqueue(:'d', 'Exec', './Vendor/MSFT/Reboot/RebootNow'), admin.enqueue(:'d', 'Get', './B') \g /dev/null
select fixture.message(:'d', '1', 1), fixture.deliver(:'d'), fixture.message(:'d', '1', 2, in_final => false) \g /dev/null
select fixture.status(:'d', 1, 5, 200), management.abort(:'d') \g /dev/null
select is(fixture.states(:'d'), '{done,unknown,queued}', 'abort: what was answered stays, the rest is offered again, run-once is unknown');
select is(fixture.deliver(:'d'), '{}', 'not in this session');
select fixture.message(:'d', '1', 2, in_final => false), management.abort(:'d') \g /dev/null
select is((select unanswered from mdm.command where device = :'d'), 1, 'a repeat is no second abort');
select fixture.message(:'d', '1', 3) \g /dev/null
select is(fixture.deliver(:'d'), '{}', 'also if it goes on');
select fixture.status(:'d', 1, 7, 404) \g /dev/null
select is(fixture.states(:'d'), '{done,unknown,queued}', 'a late refusal changes nothing');
select is(fixture.vain(:'d', '2'), '{"5 Get ./B"}', 'in the next');

-- Expiry.
select fixture.enroll('G') as d \gset
select admin.enqueue(:'d', 'Get', './A'), admin.enqueue(:'d', 'Get', './B') \g /dev/null
update mdm.command set queued_at = queued_at - interval '8 days' where device = :'d' and uri = './A';
select fixture.message(:'d', '1', 1, in_final => false), fixture.deliver(:'d') \g /dev/null
select is(fixture.states(:'d'), '{queued,queued}', 'commands do not expire');
select admin.setting_set('command_expiry', '7') \g /dev/null
select is(fixture.vain(:'d', '2'), '{"5 Get ./B"}', 'but where the setting says so');
select is(fixture.states(:'d'), '{expired,sent}', 'those that are older');
select is((fixture.events(:'d'))[array_length(fixture.events(:'d'), 1)], 'command.expired', 'with an event');
update mdm.command set sent_at = sent_at - interval '8 days', queued_at = queued_at - interval '8 days' where device = :'d';
select fixture.message(:'d', '2', 2), fixture.deliver(:'d'), admin.enqueue(:'d', 'Get', './C'), fixture.message(:'d', '2', 3) \g /dev/null
select is(fixture.deliver(:'d'), '{"5 Get ./C"}', 'not those');
select is((fixture.states(:'d'))[2], 'sent', 'that are on their way');
select fixture.status(:'d', 1, 5, 202), admin.enqueue(:'d', 'Get', './D'), fixture.message(:'d', '2', 4), fixture.deliver(:'d') \g /dev/null
select is((fixture.states(:'d'))[2], 'expired', 'but those of which no outcome comes');
select admin.setting_set('command_expiry', null) \g /dev/null

-- An Exec goes with its Add.
select fixture.enroll('H') as d \gset
select admin.setting_set('message_budget', '2000') \g /dev/null
select admin.enqueue(:'d', 'Get', './' || repeat('a', 900)), admin.enqueue(:'d', 'Add', './M/1', repeat('x', 300)),
  admin.enqueue(:'d', 'Exec', './m/1/Go', repeat('x', 600)), admin.enqueue(:'d', 'Add', './N/1', repeat('x', 1800)), admin.enqueue(:'d', 'Exec', './N/1', repeat('x', 900)),
  admin.enqueue(:'d', 'Get', './Z') \g /dev/null
select is(fixture.vain(:'d', '1'), array['5 Get ./' || repeat('a', 900)], 'an Add waits if its Exec does not fit');
select fixture.message(:'d', '1', 2) \g /dev/null
select is(fixture.deliver(:'d'), '{"5 Add ./M/1","6 Exec ./m/1/Go"}', 'and goes with it');
select fixture.message(:'d', '1', 3) \g /dev/null
select is(fixture.deliver(:'d'), '{"5 Add ./N/1","6 Exec ./N/1"}', 'even if both are too large');
select admin.setting_set('message_budget', null) \g /dev/null

-- What the device announces.
select fixture.enroll('I') as d \gset
select admin.enqueue(:'d', 'Replace', './' || i, repeat('x', 1000)) from generate_series(1, 6) i \g /dev/null
select management.message(:'d', fixture.cert('I'), 'I', '1', 1, '\x01', null, true, in_max_msg_size => 5120) \g /dev/null
select is(fixture.deliver(:'d'), '{"5 Replace ./1","6 Replace ./2"}', 'its MaxMsgSize less 2 KiB is the budget');
select management.message(:'d', fixture.cert('I'), 'I', '1', 2, '\x02', null, true) \g /dev/null
select is(fixture.deliver(:'d'), '{"5 Replace ./3","6 Replace ./4"}', 'for the session');
select management.message(:'d', fixture.cert('I'), 'I', '1', 3, '\x03', null, true, in_max_msg_size => 1000) \g /dev/null
select is(fixture.deliver(:'d'), '{"5 Replace ./5"}', 'unless it says another; one goes in any case');
select management.message(:'d', fixture.cert('I'), 'I', '2', 1, '\x01', null, true) \g /dev/null
select is(cardinality(fixture.deliver(:'d')), 6, 'a new session begins anew');
select is((select special from mdm.session where device = :'d'), false, 'and is an ordinary one');
select management.message(:'d', fixture.cert('I'), 'I', '3', 1, '\x01', null, true, in_max_msg_size => 10000000) \g /dev/null
select admin.setting_set('message_budget', '1000') \g /dev/null
select is(fixture.deliver(:'d'), '{"5 Replace ./1"}', 'the least of both holds');
select admin.setting_set('message_budget', null) \g /dev/null
\ir invariant.inc
select * from finish();
rollback;

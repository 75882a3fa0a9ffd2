-- SPDX-License-Identifier: ISC
-- People with the roles of grants.sql, each as a story; and what cannot be
-- undone, with its second person and its limit.
begin;
\ir fixture.inc
select * from no_plan();
grant usage on schema fixture to public;

select fixture.enroll('A') as a \gset
select fixture.message(:'a', '1', 1) \g /dev/null
select array_agg(fixture.enroll('N' || n) order by n) as many from generate_series(1, 12) n \gset
create role jo login in role fenestra_operator;
create role kim login in role fenestra_helpdesk;
create role max login in role fenestra_eraser;
create role eva login in role fenestra_eraser;
create role ada login in role fenestra_auditor;
create role joe login in role fenestra_operator, fenestra_eraser;
create temp table try as select n, format(s, :'a') as statement, regexp_replace(s, '^select (\* from )?(\w+\.\w+).*$', '\2') as name
  from unnest(array[
  'select admin.approve(%L)', 'select admin.enqueue(%L, ''Get'', ''./A'')', 'select admin.enqueue_syncml(%L, ''<Get/>'')', 'select admin.reboot(%L)', 'select admin.rename(%L, ''X'')',
  'select admin.sync(%L)', 'select admin.locate(%L)', 'select admin.defender_scan(%L)', 'select admin.root_install(%L, ''x'')', 'select admin.block(%L)', 'select admin.wipe(%L, in_reason => ''because'')',
  'select admin.retire(%L, ''because'')', 'select admin.autopilot_reset(%L, ''because'')', 'select admin.fresh_start(%L, in_reason => ''because'')', 'select admin.action_approve(%L)',
  'select admin.action_cancel(%L)', 'select admin.setting_set(''server_name'', ''x'')', 'select admin.user_set(''a@b.test'', ''$y$x'')', 'select admin.user_remove(''a@b.test'')', 'select admin.token_create()',
  'select admin.way_set(''password'', ''*'', false)', 'select admin.certificate_revoke(''\x00'')', 'select * from admin.audit_verify()', 'select * from admin.device', 'select * from admin.event',
  'select * from admin.action', 'select * from admin.command', 'select * from admin.result', 'select * from admin.inventory', 'select * from admin.jwk', 'select * from mdm.device', 'update mdm.action set state = ''held''',
  'select mdm.action_settle()', 'select management.certificate(''\x00'')']) with ordinality as x (s, n);
grant select on try to public;
-- Which of these the one who is logged in is let into; what they do is undone.
create function fixture.may() returns text[] language plpgsql as $$
declare v_try record; v_can text[] := '{}';
begin
  for v_try in select * from try order by n loop
    begin
      execute v_try.statement;
      v_can := v_can || v_try.name;
      raise exception 'undo' using errcode = 'XX999';
    exception when insufficient_privilege then null;
      when sqlstate 'XX999' then null;
      when sqlstate 'MD400' or sqlstate 'MD404' or sqlstate 'MD409' or sqlstate 'MD403' then v_can := v_can || v_try.name;
    end;
  end loop;
  return v_can;
end $$;

set local session authorization jo;
select is(fixture.may(), '{admin.approve,admin.enqueue,admin.enqueue_syncml,admin.reboot,admin.rename,admin.sync,admin.locate,admin.defender_scan,admin.root_install,admin.block,admin.action_cancel,admin.user_set,admin.user_remove,admin.token_create,admin.device,admin.event,admin.action,admin.command,admin.result,admin.inventory,admin.jwk}',
  'an operator does the day''s work, and nothing that cannot be undone');
set local session authorization kim;
select is(fixture.may(), '{admin.approve,admin.reboot,admin.rename,admin.sync,admin.locate,admin.defender_scan,admin.action_cancel,admin.token_create,admin.device,admin.event,admin.action,admin.command,admin.result,admin.inventory}',
  'the help desk does no destructive act, and sends no command of its own making');
set local session authorization max;
select is(fixture.may(), '{admin.wipe,admin.retire,admin.autopilot_reset,admin.fresh_start,admin.action_approve,admin.action_cancel,admin.device,admin.event,admin.action,admin.command}',
  'who may erase may erase');
set local session authorization ada;
select is(fixture.may(), '{admin.audit_verify,admin.device,admin.event,admin.action,admin.command,admin.result,admin.inventory,admin.jwk}', 'an auditor reads');
set local session authorization joe;
select is(cardinality(fixture.may()), 26, 'who has two roles may what both may');
set local session authorization fenestra_admin;
select is((select count(*) - cardinality(fixture.may()) from try), 4::bigint, 'the administrator may all that schema admin has');
set local session authorization fenestra_management;
select is(fixture.may(), '{management.certificate}', 'a worker may none of it');
reset session authorization;

-- One person.
set local session authorization max;
set local fenestra.operator = 'max@desk';
select lives_ok(format('select admin.wipe(%L, in_reason => ''stolen'')', :'a'), 'one wipe');
reset session authorization;
select results_eq(format('select state, actor, operator, reason from admin.action where device = %L', :'a'), $$ values ('waiting', 'max', 'max@desk', 'stolen') $$, 'has who asked for it');
select results_eq(format('select actor, operator, detail->>''reason'' from admin.event where device = %L and kind = ''action.asked''', :'a'),
  $$ values ('max' collate "default", 'max@desk', 'stolen') $$, 'and so has the audit trail');
select admin.action_cancel(id) from admin.action where device = :'a' \g /dev/null

-- Too many at once: all of them are held, and none is sent.
select admin.setting_set('wipes_per_hour', '5') \g /dev/null
update mdm.action set released_at = null;
set local session authorization max;
select lives_ok($$ select admin.wipe(id, in_reason => 'the whole school') from admin.device where name like 'PC-N%' $$, 'twelve devices in one statement');
reset session authorization;
select is((select string_agg(distinct state || ' ' || held_for, ', ') || ' ' || count(*) from admin.action where reason = 'the whole school'), 'held limit 12', 'are held, every one');
select is((select count(*) from admin.event where kind in ('action.asked', 'action.held') and detail->>'held' = 'limit'), 12::bigint, 'which the audit trail has');
create function fixture.drain() returns bigint language sql as $$ select count(*) from (select fixture.message(id, 'd', 1) from admin.device where name like 'PC-N%') m where true $$;
select fixture.message(d, '1', 1) from unnest(:'many'::uuid[]) d \g /dev/null
select is((select count(*) from admin.command c where c.uri like '%RemoteWipe%' and device = any (:'many'::uuid[])), 0::bigint, 'and nothing is sent to any');
set local session authorization max;
select throws_ok($$ select admin.action_approve(id) from admin.action where reason = 'the whole school' $$, 'MD403', null, 'who asked cannot let them go');
set local session authorization jo;
select throws_ok($$ select admin.action_approve(id) from admin.action where reason = 'the whole school' $$, '42501', null, 'nor can who may not erase');
set local session authorization kim;
select is(admin.action_cancel((select id from admin.action where reason = 'the whole school' order by device limit 1)), 'cancelled', 'the help desk can take one back');
set local session authorization eva;
select lives_ok($$ select admin.action_approve(id) from admin.action where reason = 'the whole school' and state = 'held' $$, 'somebody else can let them go');
reset session authorization;
select is((select string_agg(distinct state || ' ' || approved_by, ', ') || ' ' || count(*) from admin.action where reason = 'the whole school' and state <> 'cancelled'), 'waiting eva 11', 'and then they wait for their devices');
select is((select count(distinct device) from admin.event where kind = 'action.approved' and actor = 'eva'), 11::bigint, 'the audit trail has who did');
select fixture.message(d, '2', 1) from unnest(:'many'::uuid[]) d \g /dev/null
select is((select count(*) from admin.command c where c.uri like '%RemoteWipe%' and device = any (:'many'::uuid[])), 11::bigint, 'which get them when they come');
set local session authorization max;
select lives_ok(format('select admin.retire(%L, ''one more'')', :'a'), 'one more within the hour');
reset session authorization;
select is((select state || ' ' || held_for from admin.action where reason = 'one more'), 'held limit', 'is held');
select admin.action_cancel(id) from admin.action where reason = 'one more' \g /dev/null
update mdm.action set released_at = now() - interval '61 minutes' where released_at is not null;

-- One after the other is counted as well; those before stay as they are.
select admin.setting_set('wipes_per_hour', '1') \g /dev/null
select array_agg(fixture.enroll('M' || n) order by n) as many from generate_series(1, 3) n \gset
set local session authorization max;
select admin.retire((:'many'::uuid[])[1], 'first of the hour') \g /dev/null
reset session authorization;
update mdm.action set asked_at = now() - interval '1 minute', released_at = now() - interval '1 minute' where reason = 'first of the hour';
set local session authorization eva;
select admin.retire((:'many'::uuid[])[2], 'second of the hour') \g /dev/null
reset session authorization;
select is((select array_agg(state order by reason) from admin.action where reason like '%of the hour'), '{waiting,held}', 'the second of the hour is held, the first is not');
select admin.setting_set('wipes_per_hour', '0') \g /dev/null
select admin.retire((:'many'::uuid[])[3], 'none at all') \g /dev/null
select is((select state from admin.action where reason = 'none at all'), 'held', 'a limit of none holds each');
select admin.setting_set('wipes_per_hour', null) \g /dev/null
update mdm.action set released_at = null;

-- A second person: another role, or another operator.
select fixture.enroll('S') as s, fixture.enroll('T') as t, fixture.enroll('U') as u \gset
select admin.setting_set('second_person', 'operator') \g /dev/null
set local session authorization max;
set local fenestra.operator = 'max@desk';
select admin.wipe(:'s', in_reason => 'second person one') as a1 \gset
select throws_ok(format('select admin.action_approve(%L)', :'a1'), 'MD403', 'somebody else than max@desk has to approve action ' || :'a1', 'not the same operator');
set local fenestra.operator = '';
select throws_ok(format('select admin.action_approve(%L)', :'a1'), 'MD403', null, 'nor one who does not say');
set local fenestra.operator = 'eva@desk';
select lives_ok(format('select admin.action_approve(%L)', :'a1'), 'but another one');
select throws_ok(format('select admin.action_approve(%L)', :'a1'), 'MD409', null, 'once');
reset session authorization;
select is((select concat_ws(' ', state, held_for, approved_by, approved_operator) from admin.action where id = :'a1'), 'waiting second person max eva@desk', 'who is noted');
select admin.setting_set('second_person', 'role') \g /dev/null
set local session authorization max;
set local fenestra.operator = 'max@desk';
select admin.retire(:'t', 'second person two', true) as a2 \gset
set local fenestra.operator = 'eva@desk';
select throws_ok(format('select admin.action_approve(%L)', :'a2'), 'MD403', null, 'role: another operator is not enough');
reset session authorization;
select is((select state from admin.device where id = :'t'), 'enrolling', 'held, it is not closed');
set local session authorization eva;
select lives_ok(format('select admin.action_approve(%L)', :'a2'), 'another role is');
reset session authorization;
select is((select state from admin.device where id = :'t'), 'retired', 'then it is closed');
select throws_ok('select admin.action_approve(gen_random_uuid())', 'MD404', null, 'no such action');
select admin.wipe(:'u', in_reason => 'nobody minds') as a3 \gset
update mdm.action set asked_at = now() - interval '31 days' where action = :'a3';
select mdm.action_settle() \g /dev/null
select is((select state || ': ' || outcome from admin.action where id = :'a3'), 'cancelled: nobody let it go in time', 'what nobody lets go goes away');

-- Nobody who may not: not by the queue, not by a profile, not from outside.
select is((select count(*) from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname in ('discovery', 'enrollment', 'management', 'signer') and p.prosrc ~ 'action_(ask|add|send|approve)'), 0::bigint, 'no function of a worker asks for an action');
select bag_eq($$ select n.nspname || '.' || p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname in ('mdm', 'admin', 'management', 'enrollment') and p.prosrc ~ 'mdm\.action_ask' $$, array['admin.wipe', 'admin.retire', 'admin.fresh_start', 'admin.autopilot_reset'], 'four functions ask for what cannot be undone');
select is_empty('select * from admin.audit_verify()', 'the audit trail is whole');
select * from finish();
rollback;

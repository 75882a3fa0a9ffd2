-- SPDX-License-Identifier: ISC
-- What those who watch the server are told, and that it says nothing else.
begin;
\ir fixture.inc
select * from no_plan();

create function fixture.metric(in_name text, in_labels text default null) returns numeric language sql as
$$ select m.value::numeric from management.metrics() m where m.name = in_name and m.labels is not distinct from in_labels $$;

select fixture.enroll('A') as a \gset
select fixture.enroll('B') as b \gset
select is(fixture.metric('fenestra_devices', 'state="enrolling"'), 2::numeric, 'two devices that were not heard of yet');
select is(fixture.metric('fenestra_devices', 'state="blocked"'), 0::numeric, 'a state that nobody is in is there as well');
select fixture.message(:'a', '1', 1) \g /dev/null
select is(fixture.metric('fenestra_devices', 'state="enrolled"'), 1::numeric, 'one was heard of');
select is(fixture.metric('fenestra_devices_seen', 'within="1h"'), 1::numeric, 'within the hour');
update mdm.session set seen_at = now() - interval '3 days' where device = :'a';
select results_eq($$ select labels, value from management.metrics() where name = 'fenestra_devices_seen' order by labels $$,
  $$ values ('within="1d"', '0'), ('within="1h"', '0'), ('within="30d"', '1'), ('within="7d"', '1') $$, 'three days later');

select admin.enqueue(:'a', 'Get', './A'), admin.enqueue(:'a', 'Get', './B'), admin.enqueue(:'b', 'Get', './C') \g /dev/null
update mdm.command set queued_at = now() - interval '2 hours' where device = :'b';
select is(fixture.metric('fenestra_commands', 'state="queued"'), 3::numeric, 'three commands are queued');
select is(fixture.metric('fenestra_command_oldest_seconds', 'state="queued"'), 7200::numeric, 'and how old the oldest is');
select is(fixture.metric('fenestra_command_oldest_seconds', 'state="sent"'), 0::numeric, 'none is sent');

select is(fixture.metric('fenestra_certificates_expiring', 'within="30d"'), 0::numeric, 'no certificate ends soon');
update mdm.certificate set not_after = now() + interval '10 days' where device = :'a';
select is(fixture.metric('fenestra_certificates_expiring', 'within="30d"'), 1::numeric, 'one does');
select is(fixture.metric('fenestra_certificates_expiring', 'within="7d"'), 0::numeric, 'but not in a week');
update mdm.certificate set not_after = now() - interval '1 day' where device = :'a';
select is(fixture.metric('fenestra_certificates_expiring', 'within="0d"'), 1::numeric, 'now it has ended');
update mdm.certificate set state = 'revoked' where device = :'a';
select is(fixture.metric('fenestra_certificates_expiring', 'within="0d"'), 0::numeric, 'and is not in use any more');

insert into mdm.authority (sha256, role, subject, not_before, not_after, content)
values ('\x0102030405060708090a', 'trusted', 'CN=X', now(), to_timestamp(4000000000), '\x00');
select is(fixture.metric('fenestra_authority_expiry_timestamp_seconds', 'role="trusted",sha256="0102030405060708"'), 4000000000::numeric, 'when a CA ends');
select is(fixture.metric('fenestra_outbox_events'), 0::numeric, 'nothing waits for webhooks');
select is(fixture.metric('fenestra_schema_version'), (select max(number) from mdm.migration)::numeric, 'the schema');
select cmp_ok(fixture.metric('fenestra_database_bytes'), '>', 1000000::numeric, 'and the size of the database');

-- As Prometheus takes it: metrics of one name stand together, each once, numbers are numbers, labels are plain.
select is_empty($$ select name from (select name, lag(name) over (order by n) as before, n from management.metrics() with ordinality m (name, type, help, labels, value, n)) x
  group by name having count(*) filter (where name is distinct from before) > 1 $$, 'names stand together');
select is_empty('select name, labels from management.metrics() group by 1, 2 having count(*) > 1', 'each is there once');
select is_empty($$ select * from management.metrics() where name !~ '^fenestra_[a-z_]+$' or type not in ('gauge', 'counter') or help ~ '[\n\\]'
  or coalesce(labels, '') !~ '^([a-z0-9]+="[A-Za-z0-9 _.-]*"(,|$))*$' or value !~ '^[0-9]+([.][0-9]+)?$' $$, 'and can be read');
select is_empty($$ select * from management.metrics() where labels ~ 'example|CN=' $$, 'nobody is named');

-- The workers' connections, by those who may see them.
select has_view('admin'::name, 'worker_health'::name);
select is_empty($$ select * from admin.worker_health $$, 'no worker works on this database');
set local role fenestra_helpdesk;
select lives_ok('select * from admin.worker_health', 'the help desk may look');
set local role fenestra_eraser;
select throws_ok('select * from admin.worker_health', '42501', null, 'the eraser may not');
set local role fenestra_discovery;
select throws_ok('select * from admin.worker_activity()', '42501', null, 'nor may a worker');
select throws_ok('select * from management.metrics()', '42501', null, 'and discovery counts no devices');
set local role fenestra_management;
select isnt_empty('select * from management.metrics()', 'management does');
reset role;
select * from finish();
rollback;

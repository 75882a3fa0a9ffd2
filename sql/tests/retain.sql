-- SPDX-License-Identifier: ISC
-- No table grows without bound: each stands in a list here, with what bounds
-- it, and for those that time would fill it is shown that what is old goes.
begin;
\ir fixture.inc
select * from no_plan();
select admin.setting_set('session_rate', '0') \g /dev/null

create temp table bound (name text primary key, by text not null);
-- As many rows as administrators made, or the release came with.
insert into bound select t, 'administrator' from unnest('{account,action_kind,admx,admx_policy,assignment,csp_node,csp_root,directory,compliance_rule,enrollment_group,group,group_member,inventory_kind,inventory_plain,jwk,maintenance_window,
  migration,node_rule,profile,profile_item,provisioning_rule,registration,run_once,session_rule,setting,site,status_class,template,tenant,terms,variable,way,webhook,authority}'::text[]) t;
-- A limited number for each device (or user) that there is.
insert into bound select t, 'device' from unnest('{device,device_key,counter,session,session_more,refusal,chunk,inventory,inventory_asked,inventory_missing,compliance,event_anchor,node,secret,secret_node,terms_acceptance}'::text[]) t;
-- What comes with time, and which piece of admin.maintain removes it.
insert into bound values ('command', 'expired'), ('command_done', 'command'), ('part', 'command'), ('delivery', 'command'), ('result', 'command'), ('expansion', 'command'),
  ('event', 'event'), ('alert', 'alert'), ('inventory_change', 'inventory change'), ('outbox', 'webhook delivery'), ('token', 'token'), ('page_ticket', 'token'), ('jwt_use', 'token'), ('throttle', 'token'),
  ('action', 'action ended'), ('upload', 'upload'), ('upload_stale', 'upload'), ('rollout', 'roll-out ended'), ('rollout_device', 'roll-out ended'), ('certificate', 'certificate'), ('enrollment', 'certificate'), ('dm_account', 'certificate'), ('stranger', 'certificate');
select is_empty($$ select relname from pg_class where relnamespace = 'mdm'::regnamespace and relkind in ('r', 'p') and not relispartition
  and relname not in (select name from bound) $$, 'for each table it is said what bounds it');

create function fixture.maintain(in_what text, in_rows int default 2000) returns bigint language sql as
$$ select sum(done)::bigint from admin.maintain(in_rows) where what = in_what $$;
create function fixture.all() returns jsonb language sql as $$ select jsonb_object_agg(what, done) from admin.maintain() where done > 0 $$;
select fixture.enroll('A') as a \gset
select fixture.enroll('B') as b \gset
select is(fixture.all(), null, 'nothing is old: nothing is done');
select bag_eq('select what from admin.maintain()', $$ select distinct by from bound where by not in ('administrator', 'device') union select 'device' union select 'roll-out' union select 'action' $$, 'the pieces are those of the list');

-- Commands, with all that belongs to them.
create function fixture.counts() returns text language sql as
$$ select concat_ws(' ', (select count(*) from mdm.command_done), (select count(*) from mdm.part), (select count(*) from mdm.delivery), (select count(*) from mdm.result)) $$;
select admin.enqueue(d, 'Get', './x' || n), admin.enqueue_syncml(d, '<Sequence><Get><Item><Target><LocURI>./s</LocURI></Target></Item></Get></Sequence>') from unnest(array[:'a', :'b']::uuid[]) d, generate_series(1, 3) n \g /dev/null
select fixture.message(d, '1', 1), fixture.deliver(d) from unnest(array[:'a', :'b']::uuid[]) d \g /dev/null
select fixture.message(d, '1', 2), management.status(d, array_fill(1, '{12}'), array(select generate_series(5, 16)), array_fill(null::text, '{12}'), array_fill(200, '{12}'), array_fill(null::text, '{12}')),
  fixture.result(d, 1, 5, './x1', 'value') from unnest(array[:'a', :'b']::uuid[]) d \g /dev/null
select is(fixture.counts(), '12 12 18 2', 'twelve commands have ended');
select admin.enqueue(:'a', 'Get', './live') \g /dev/null
update mdm.command_done set done_at = now() - interval '90 days 1 hour' where seq <= 4;
select is(fixture.maintain('command', 3), 3::bigint, 'a bounded piece');
select is(fixture.counts() ~ '^9 ', true, 'is gone');
select is(fixture.maintain('command'), 5::bigint, 'the rest at the next call');
select is(fixture.counts(), '4 4 6 0', 'with parts, deliveries and results');
select is(fixture.maintain('command'), 0::bigint, 'then there is no more');
select is((select array_agg(forgotten order by forgotten) from mdm.counter where forgotten > 0), '{4,4}', 'the counters know');
select is((select array_agg(detail order by seq) from admin.event where kind = 'history.forgotten'), '{"{\"command\": 3}","{\"command\": 5}"}', 'and the audit trail');
select admin.setting_set('retain_command', '10') \g /dev/null
update mdm.command_done set done_at = now() - interval '11 days';
select is(fixture.maintain('command'), 4::bigint, 'the days are a setting');
select is((select count(*) from mdm.command), 1::bigint, 'what has not ended stays, however old');

-- Commands that expire on a device that does not come.
select admin.enqueue(:'b', 'Get', './e', in_expires_at => now() + interval '1 day') \g /dev/null
select is(fixture.maintain('expired'), 0::bigint, 'its time is not over');
update mdm.command set expires_at = now() where uri = './e';
select is(fixture.maintain('expired'), 1::bigint, 'now it is');
select is((select state from admin.command where uri = './e'), 'expired', 'though the device did not come');

-- Alerts.
select fixture.alert(:'a', 1226, 't', 'x') \g /dev/null
update mdm.alert set received_at = now() - interval '91 days';
select fixture.message(:'a', '2', 1), fixture.alert(:'a', 1226, 't', 'y') \g /dev/null
select is(fixture.maintain('alert'), 1::bigint, 'alerts');
select is((select array_agg(data) from mdm.alert), '{y}', 'the new ones stay');

-- Changes of the inventory.
insert into mdm.inventory_change (device, uri, at, former) values (:'a', './x', now() - interval '366 days', '1'), (:'a', './x', now() - interval '1 day', '2');
select is(fixture.maintain('inventory change'), 1::bigint, 'changes of the inventory');
-- What only asked goes sooner.
insert into mdm.command_done (device, seq, command, verb, uri, format, type, state, cancel_requested, attempts, queued_at, done_at, origin)
select :'a', 1000 + n, gen_random_uuid(), v, './o', 'chr', 'text/plain', 'done', false, 0, now(), now() - interval '25 hours', o from (values (1, 'Get', 'inventory'), (2, 'Get', 'profile'), (3, 'Replace', 'profile'), (4, 'Get', 'administrator')) x (n, v, o);
update mdm.counter set command = command + 4 where device = :'a';
select is(fixture.maintain('command'), 2::bigint, 'questions of the inventory and readings of profiles');
select is((select array_agg(seq - 1000 order by seq) from mdm.command_done where seq > 1000), '{3,4}', 'not what was set, nor what was asked by hand');

-- The audit trail: the chain can still be verified.
select is(fixture.maintain('event'), 0::bigint, 'the audit trail');
create temp table server as select count(*) as n from mdm.event where device = '00000000-0000-0000-0000-000000000000';
-- Old events are made by setting the clock of the whole chain back, hashes and all.
create function fixture.set_back(in_device uuid, in_age interval, in_below bigint) returns void language plpgsql as $$
declare v mdm.event; v_sha256 bytea := ''; begin
  for v in select * from mdm.event e where e.device = in_device order by seq loop
    if v.seq < in_below then v.at := v.at - in_age; end if;
    v_sha256 := sha256(convert_to(mdm.event_line(v.device, v.seq, v.at, v.kind, v.actor, v.operator, v.client, v.application, v.detail, v_sha256), 'UTF8'));
    update mdm.event e set at = v.at, sha256 = v_sha256 where e.device = in_device and e.seq = v.seq;
  end loop;
  update mdm.counter set event_sha256 = v_sha256 where device = in_device;
end $$;
select fixture.set_back(:'a', '731 days', 4) \g /dev/null
select is(fixture.maintain('event'), 0::bigint, 'is not cut every day');
select fixture.set_back(:'a', '100 days', 4) \g /dev/null
select is(fixture.maintain('event'), 3::bigint, 'but once in a while');
select is((select min(seq) from admin.event where device = :'a'), 4::bigint, 'from its beginning');
select is((select kind from admin.event where device = :'a' order by seq desc limit 1), 'audit.forgotten', 'with an event');
select is_empty('select * from admin.audit_verify()', 'what is left can be verified');

-- Tokens, tickets, failed attempts.
select admin.token_create(in_name => 'old'), admin.token_create(in_name => 'new') \g /dev/null
update mdm.token set expires_at = now() - interval '91 days' where name = 'old';
insert into mdm.page_ticket (sha256, upn, expires_at) values ('\x01', 'x', now() - interval '1 minute'), ('\x02', 'x', now() + interval '1 minute');
insert into mdm.throttle values ('user', '\x01', 1, 0, 0), ('user', '\x02', 1, extract(epoch from now()), extract(epoch from now()));
insert into mdm.jwt_use (sha256, device_id, expires_at) values ('\x01', 'x', now() - interval '1 minute'), ('\x02', 'x', now() + interval '1 minute');
select is(fixture.maintain('token'), 4::bigint, 'a token, a ticket, a token of Entra that was used, and a failure');
select is((select count(*) from mdm.jwt_use), 1::bigint, 'of these one that still holds stays');
select is((select array_agg(name) from admin.token), '{new}', 'the token that holds stays');
select is((select count(*) from mdm.page_ticket) + (select count(*) from mdm.throttle), 2::bigint, 'so do ticket and failure');

-- Deliveries of webhooks.
insert into mdm.outbox (device, seq, webhook, next_at, dead) values (:'a', 1, 'w', now() - interval '31 days', true), (:'a', 2, 'w', now() - interval '31 days', false), (:'a', 3, 'w', now() - interval '1 day', true);
select is(fixture.maintain('webhook delivery'), 2::bigint, 'deliveries that nobody took, given up or not');

-- Roll-outs.
select admin.rollout_start('r', 'Get', './r', in_waves => '{100}') as r \gset
select fixture.message(:'a', '3', 1), fixture.message(:'b', '3', 1), admin.rollout_abort('r') \g /dev/null
select is(fixture.maintain('roll-out ended'), 0::bigint, 'a roll-out that has just ended');
update mdm.rollout set ended_at = now() - interval '366 days';
select is(fixture.maintain('roll-out ended', 1), 1::bigint, 'its devices first');
select is((select count(*) from mdm.rollout_device), 1::bigint, 'one by one');
select is(fixture.maintain('roll-out ended'), 2::bigint, 'then itself');

-- Certificates that were replaced: the first of each enrollment stays while that does.
select fixture.enroll('A', 2), fixture.enroll('A', 3) \g /dev/null
update mdm.certificate set state = 'superseded' where device = :'a' and enrollment < 3;
update mdm.certificate set not_after = now() - interval '401 days' where device = :'a' and enrollment in (1, 3);
insert into mdm.certificate (device, serial, enrollment, generation, state, not_before, not_after, sha256, public_key) values
  (:'b', '\xaa01', 1, 1, 'superseded', now(), now() - interval '401 days', '\xaa11', '\xaa21'), (:'b', '\xaa02', 1, 2, 'issued', now(), now() + interval '1 day', '\xaa12', '\xaa22');
insert into mdm.device_key (kind, value, device) values ('serial', '\xaa01', :'b'), ('certificate', '\xaa11', :'b'), ('public_key', sha256('\xaa21'), :'b'), ('serial', '\xaa02', :'b'), ('certificate', '\xaa12', :'b'), ('public_key', sha256('\xaa22'), :'b');
insert into mdm.stranger (sha256, sha1, content, issuer, serial, name, not_before, not_after) values ('\x01', '\x01', '\x01', '\x01', '\x01', 'x', now(), now() - interval '1 day'), ('\x02', '\x02', '\x02', '\x02', '\x02', 'y', now(), now() + interval '1 day');
select is(fixture.maintain('certificate'), 3::bigint, 'an enrollment that another followed, a renewal, and one that no device has');
select is((select array_agg(name) from mdm.stranger), '{y}', 'which stays while it holds');
select is((select array_agg(number order by number) from mdm.enrollment where device = :'a'), '{2,3}', 'one that is not old and the last stay');
select is((select array_agg(generation order by generation) from mdm.certificate where device = :'b'), '{0,2}', 'and the first and the last certificate');
select is_empty($$ select * from mdm.device_key k where (kind = 'serial' and value not in (select serial from mdm.certificate)) or (kind = 'certificate' and value not in (select sha256 from mdm.certificate where sha256 is not null))
  or (kind = 'public_key' and value not in (select public_key_sha256 from mdm.enrollment union select sha256(public_key) from mdm.certificate)) $$, 'with their keys');
select is((select count(*) from mdm.enrollment e where not exists (select from mdm.dm_account a where a.device = e.device and a.enrollment = e.number)) + (select count(*) from mdm.dm_account a where not exists (select from mdm.enrollment e where e.device = a.device and e.number = a.enrollment)), 0::bigint, 'and accounts');

-- A device that left long ago, with all that belongs to it.
select is_empty($$ select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'device'
  where c.relnamespace = 'mdm'::regnamespace and c.relkind = 'r' and not exists (select from pg_proc p
    where p.oid in ('mdm.device_forget'::regproc, 'mdm.enrollment_forget'::regproc) and p.prosrc ~ ('delete from mdm\.' || c.relname || '\M')) $$,
  'no table of devices is left out when one is removed');
select fixture.enroll('GONE') as g \gset
select fixture.message(:'g', '1', 1), management.devinfo(:'g', '{./DevInfo/Man}', '{x}'), fixture.alert(:'g', 1226, 'com.microsoft:mdm.unenrollment.userrequest', '1') \g /dev/null
insert into mdm.group_member (device, name) values (:'g', 'x');
update mdm.device set created_at = now() - interval '3 years' where device in (:'g', :'b');
update mdm.session set seen_at = now() - interval '3 years' where device in (:'g', :'b');
select is(fixture.maintain('device'), 0::bigint, 'not while its last event is young');
select fixture.set_back(:'g', '731 days', 99) \g /dev/null
select is(fixture.maintain('device'), 0::bigint, 'nor while its certificate may stand in a CRL');
update mdm.certificate set not_after = now() - interval '2 years' where device = :'g';
select is(fixture.maintain('device'), 1::bigint, 'then it is removed');
select is((select array_agg(t || ': ' || n) from (select c.relname as t, (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from mdm.%I where device = %L', c.relname, :'g'), false, true, '')))[1]::text::int as n
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'device' where c.relnamespace = 'mdm'::regnamespace and c.relkind = 'r') x where n > 0), null, 'nothing of it is left in any table');
select is((select detail->>'device' from admin.event where kind = 'device.forgotten'), :'g', 'and the server''s audit trail says so');
select isnt(fixture.enroll('GONE'), :'g'::uuid, 'who comes back is new');
select is((select count(*) from mdm.device where device = :'b'), 1::bigint, 'who has not left stays, however long it does not come');
select fixture.enroll('NEVER') as n \gset
update mdm.device set created_at = now() - interval '3 years' where device = :'n';
update mdm.certificate set not_after = now() - interval '1 day' where device = :'n';
select fixture.set_back(:'n', '731 days', 99) \g /dev/null
select is(fixture.maintain('device'), 1::bigint, 'who asked to enroll and never came goes, too');

select throws_ok('select * from admin.maintain(0)', 'MD400', 'rows: must be from 1 to 1000000', 'no piece at all');
select is(fixture.all(), null, 'and in the end there is nothing to do');
\ir invariant.inc
select * from finish();
rollback;

-- SPDX-License-Identifier: ISC
-- Commands of several parts: what may be enqueued, how they travel, what
-- their statuses mean.
begin;
\ir fixture.inc
select * from no_plan();
select admin.setting_set('session_rate', '0') \g /dev/null
select fixture.enroll('A') as d \gset

-- SyncML for short: item(URI, data, format) in cmd(VERB, items).
create function fixture.item(in_uri text, in_data text default null, in_format text default null) returns text language sql as
$$ select concat('<Item><Target><LocURI>', in_uri, '</LocURI></Target>', '<Meta><Format xmlns="syncml:metinf">' || in_format || '</Format></Meta>',
     '<Data>' || in_data || '</Data>', '</Item>') $$;
create function fixture.cmd(in_verb text, variadic in_items text[]) returns text language sql as
$$ select format('<%1$s><CmdID>9</CmdID>%2$s</%1$s>', in_verb, array_to_string(in_items, '')) $$;

-- What is stored.
select admin.enqueue_syncml(:'d', fixture.cmd('Get', fixture.item('./A'))) as c \gset
select results_eq($$ select verb, uri, format, type, data, state from admin.command $$, $$ values ('Get', './A', 'chr', 'text/plain', null, 'queued') $$, 'one Item: a command like any');
select is((select count(*) from mdm.part), 0::bigint, 'without parts');
select admin.enqueue(:'d', 'Get', './A') as e \gset
select is((select count(distinct (verb, uri, format, type, size, user_scope, once, parts)) from mdm.command), 1::bigint, 'the same as enqueue makes');
select admin.cancel(:'e') \g /dev/null
select admin.enqueue_syncml(:'d', $x$<?xml version="1.0" encoding="UTF-8"?>
<s:Atomic xmlns:s="SYNCML:SYNCML1.2">
  <s:CmdID>1</s:CmdID>
  <s:Replace>
    <s:Item><s:Target><s:LocURI> ./Vendor/MSFT/B </s:LocURI></s:Target><s:Data>&lt;a&gt; &amp;amp; <![CDATA[<b>]]>
</s:Data></s:Item>
    <s:Item><s:Meta><Format xmlns="syncml:metinf">int</Format><Type xmlns="syncml:metinf">a/b</Type></s:Meta><s:Target><s:LocURI>./C</s:LocURI></s:Target><s:Data>1</s:Data></s:Item>
    <s:Meta><Type xmlns="syncml:metinf">c/d</Type><s:Format>xml</s:Format></s:Meta>
  </s:Replace>
  <s:Exec><s:Item><s:Target><s:LocURI>./Vendor/MSFT/Reboot/RebootNow</s:LocURI></s:Target></s:Item></s:Exec>
</s:Atomic>$x$) as a \gset
select results_eq($$ select part, parent, item, verb, uri, format, type, data from admin.command_part order by part $$, $$ values
  (1, 0, 0, 'Atomic', null, null, null, null), (2, 1, 0, 'Replace', './Vendor/MSFT/B', 'xml', 'c/d', E'<a> &amp; <b>\n'),
  (3, 1, 1, 'Replace', './C', 'int', 'a/b', '1'), (4, 1, 0, 'Exec', './Vendor/MSFT/Reboot/RebootNow', 'chr', 'text/plain', null) $$, 'a group: any prefix, order and place of Meta');
select results_eq($$ select verb, uri, parts, once, user_scope from mdm.command where parts > 0 $$, $$ values ('Atomic', './Vendor/MSFT/B', 4, true, false) $$, 'and its command');
select is((select detail->>'parts' from admin.event where kind = 'command.queued' and detail->>'verb' = 'Atomic'), '4', 'with an event');
select admin.enqueue_syncml(:'d', fixture.cmd('Get', fixture.item('./User/A'), fixture.item('./B'))) as g \gset
select is((select user_scope from mdm.command where command = :'g'), true, 'one part of the user makes it the user''s');

-- What is refused.
create temp table bad (xml text, rule text);
insert into bad values
  (null, 'syncml: is missing'), ('', 'syncml: is not well-formed XML'), ('x', 'syncml: is not well-formed XML'), ('<Get>', 'syncml: is not well-formed XML'),
  ('<Get/><Get/>', 'syncml: is not well-formed XML'), ('<Get>&x;</Get>', 'syncml: is not well-formed XML'),
  ('<!DOCTYPE Get [<!ENTITY x "y">]><Get/>', 'syncml: must not have a DOCTYPE'), ('<!doctype Get><Get/>', 'syncml: must not have a DOCTYPE'),
  ('<Alert/>', 'verb: must be Add, Replace, Delete, Get, Exec, Atomic or Sequence'), ('<Alert><Item/></Alert>', 'verb: must be Add, Replace, Delete, Get, Exec, Atomic or Sequence'),
  ('<get><Item/></get>', 'verb: must be Add, Replace, Delete, Get, Exec, Atomic or Sequence'),
  ('<SyncBody><Get/></SyncBody>', 'verb: must be Add, Replace, Delete, Get, Exec, Atomic or Sequence'),
  ('<Get/>', 'Get: has no Item'), ('<Atomic/>', 'Atomic: is empty'), ('<Sequence><CmdID>1</CmdID></Sequence>', 'Sequence: is empty'),
  (fixture.cmd('Atomic', '<Add><CmdID>1</CmdID></Add>'), 'Add: has no Item'),
  (fixture.cmd('Atomic', fixture.cmd('Get', fixture.item('./A'))), 'Atomic: takes no Get'),
  (fixture.cmd('Atomic', fixture.cmd('Add', fixture.item('./A', 'x')), fixture.cmd('Get', fixture.item('./A'))), 'Atomic: takes no Get'),
  (fixture.cmd('Atomic', fixture.cmd('Atomic', fixture.cmd('Add', fixture.item('./A', 'x')))), 'Atomic: must not hold another group (Atomic)'),
  (fixture.cmd('Sequence', fixture.cmd('Atomic', fixture.cmd('Add', fixture.item('./A', 'x')))), 'Sequence: must not hold another group (Atomic)'),
  (fixture.cmd('Atomic', fixture.item('./A', 'x')), 'Atomic: must not hold Item'), (fixture.cmd('Sequence', '<Alert/>'), 'Sequence: must not hold Alert'),
  (fixture.cmd('Get', '<Target/>'), 'Get: must not hold Target'),
  (fixture.cmd('Atomic', fixture.cmd('Add', fixture.item('./A', 'x')), fixture.cmd('Replace', fixture.item('./Device/a', 'x'))), null),
  (fixture.cmd('Atomic', fixture.cmd('Add', fixture.item('./Device/A', 'x')), fixture.cmd('Delete', fixture.item('./B')), fixture.cmd('Replace', fixture.item('./a', 'x'))),
    'Atomic: Add and then Replace of one node, ./a'),
  (fixture.cmd('Atomic', fixture.cmd('Replace', fixture.item('./user/A', 'x'), fixture.item('./Vendor/A', 'x'))), 'Atomic: mixes ./User with ./Device'),
  (fixture.cmd('Get', fixture.item('A')), 'LocURI: must begin with "./"'), (fixture.cmd('Get', fixture.item('/A')), 'LocURI: must not begin with "/"'),
  (fixture.cmd('Get', '<Item><Target/></Item>'), 'LocURI: is missing'), (fixture.cmd('Get', '<Item/>'), 'LocURI: is missing'),
  (fixture.cmd('Atomic', fixture.cmd('Add', fixture.item('./A', 'x')), fixture.cmd('Delete', fixture.item('./A/*'))), 'LocURI: a node name is only "*"'),
  (fixture.cmd('Get', fixture.item('./A', 'x')), 'data: Get takes none'), (fixture.cmd('Add', fixture.item('./A')), 'data: Add needs it, unless the format is node or null'),
  (fixture.cmd('Replace', fixture.item('./A', 'x', 'int')), 'data: is not an int'), (fixture.cmd('Replace', fixture.item('./A', 'x', 'text')), 'format: must be chr, int, bool, b64, bin, xml, node, null, float, date or time'),
  (fixture.cmd('Replace', fixture.item('./A', '<b/>')), 'data: must be text; write its markup as entities'),
  (fixture.cmd('Add', '<Item><Target><LocURI>./A</LocURI></Target><Data>x</Data><MoreData/></Item>'), 'Item: must hold only Target, Meta and Data'),
  (fixture.cmd('Add', '<Item><Target><LocURI>./A</LocURI></Target><Target><LocURI>./B</LocURI></Target><Data>x</Data></Item>'), 'Item: has an element twice'),
  (fixture.cmd('Add', '<Item><Target><LocURI>./A</LocURI></Target><Data>x</Data><Data>y</Data></Item>'), 'Item: has an element twice'),
  (fixture.cmd('Add', fixture.item('./A', repeat('x', 524288)), fixture.item('./B', repeat('x', 524288))), 'size: larger than 1 MiB'),
  (fixture.cmd('Get', repeat(fixture.item('./A'), 1001)), 'size: more than 1000 Items');
select throws_ok(format('select admin.enqueue_syncml(%L, %L)', :'d', xml), 'MD400', rule, 'refused: ' || coalesce(left(xml, 60), 'null')) from bad;
select lives_ok(format('select admin.enqueue_syncml(%L, %L)', :'d', xml), 'but ' || left(xml, 60)) from (values
  (fixture.cmd('Atomic', fixture.cmd('Replace', fixture.item('./A', 'x')), fixture.cmd('Add', fixture.item('./A', 'x')))),
  (fixture.cmd('Sequence', fixture.cmd('Add', fixture.item('./A', 'x')), fixture.cmd('Replace', fixture.item('./A', 'x')), fixture.cmd('Get', fixture.item('./A')))),
  (fixture.cmd('Atomic', fixture.cmd('Replace', fixture.item('./User/A', 'x'), fixture.item('./user/B', 'x')))),
  (fixture.cmd('Add', fixture.item('./A', repeat('x', 1048000)))), (fixture.cmd('Get', repeat(fixture.item('./A'), 1000)))) v (xml);
select throws_ok($$ select admin.enqueue_syncml(gen_random_uuid(), '<Get><Item><Target><LocURI>./A</LocURI></Target></Item></Get>') $$, 'MD404', null, 'no such device');
select is((select count(*) from admin.command where device = :'d'), 9::bigint, 'what was refused left nothing');

-- On the wire.
select fixture.enroll('B') as d \gset
select admin.enqueue(:'d', 'Get', './1') \g /dev/null
select admin.enqueue_syncml(:'d', fixture.cmd('Get', fixture.item('./2'), fixture.item('./3'))) as g \gset
select admin.enqueue_syncml(:'d', fixture.cmd('Atomic', fixture.cmd('Add', fixture.item('./4', 'x'), fixture.item('./5', 'x')), fixture.cmd('Delete', fixture.item('./6')))) as a \gset
select admin.enqueue_syncml(:'d', fixture.cmd('Sequence', fixture.cmd('Exec', fixture.item('./7')), fixture.cmd('Get', fixture.item('./8')))) as s \gset
select admin.enqueue(:'d', 'Get', './9') \g /dev/null
select fixture.message(:'d', '1', 1) \g /dev/null
select is(fixture.deliver(:'d'), '{"5 Get ./1","6 Get ./2","6 Get #1 ./3","7 Atomic","8 in 7 Add ./4","8 in 7 Add #1 ./5","9 in 7 Delete ./6","10 Sequence","11 in 10 Exec ./7","12 in 10 Get ./8","13 Get ./9"}',
  'groups, Items and plain ones in document order');
select is(fixture.message(:'d', '1', 1), '1 repeated', 'the message again');
select is(cardinality(fixture.deliver(:'d')), 11, 'the same again');
select is((fixture.deliver(:'d'))[6], '8 in 7 Add #1 ./5', 'exactly');
select fixture.message(:'d', '1', 2) \g /dev/null
select management.status(:'d', '{1,1,1,1,1,1,1,1,1,1}', '{13,12,9,8,7,6,6,5,11,10}', '{NULL,NULL,NULL,NULL,NULL,./3,./2,NULL,NULL,NULL}', '{200,404,200,200,200,200,404,200,200,200}', '{NULL,0x86000002}') \g /dev/null
select is((select array_agg(concat_ws(' ', verb, state, status, error) order by seq) from admin.command where device = :'d'),
  '{"Get done 200","Get failed 404 part 1: 404","Atomic done 200","Sequence failed 200 part 3: 404 0x86000002","Get done 200"}', 'statuses in any order');
select is((select array_agg(concat_ws(' ', part, status, class) order by part) from admin.command_part where command = :'g'), '{"1 404 failed","2 200 done"}', 'of each part');
select is((select array_agg(concat_ws(' ', part, status, class) order by part) from admin.command_part where command = :'s'), '{"1 200 done","2 200 done","3 404 failed"}', 'of a group too');
select is((select count(*) from admin.event where device = :'d' and kind = 'anomaly'), 0::bigint, 'all in order');

-- Send one, answer it with {CmdID Status [TargetRef] ...}: what it is then, in the words of its state, status and error.
create sequence fixture.session;
create function fixture.tell(in_device uuid, in_msg bigint, in_answers text[]) returns void language sql as
$$ select management.status(in_device, array_fill(in_msg, array[cardinality(in_answers)]), array_agg(split_part(a, ' ', 1)::bigint),
     array_agg(nullif(split_part(a, ' ', 3), '')), array_agg(split_part(a, ' ', 2)::int), array_agg(null::text)) from unnest(in_answers) a $$;
create function fixture.try(in_device uuid, in_xml text, variadic in_answers text[]) returns text language plpgsql as $$
declare
  v_command uuid;
  v_session text := 's' || nextval('fixture.session');
begin
  perform admin.cancel(id) from admin.command where device = in_device and state in ('queued', 'sent', 'accepted');
  v_command := admin.enqueue_syncml(in_device, in_xml);
  perform fixture.message(in_device, v_session, 1), fixture.deliver(in_device);
  perform fixture.message(in_device, v_session, 2);
  perform fixture.tell(in_device, 1, in_answers);
  return (select concat_ws(' ', state, status, error) from admin.command where id = v_command);
end $$;
select fixture.cmd('Atomic', fixture.cmd('Add', fixture.item('./A', 'x')), fixture.cmd('Delete', fixture.item('./B')), fixture.cmd('Exec', fixture.item('./C'))) as atomic \gset
select fixture.cmd('Sequence', fixture.cmd('Add', fixture.item('./A', 'x')), fixture.cmd('Delete', fixture.item('./B')), fixture.cmd('Exec', fixture.item('./C'))) as sequence \gset
select fixture.cmd('Get', fixture.item('./A'), fixture.item('./B'), fixture.item('./C')) as items \gset
select is(fixture.try(:'d', :'atomic', variadic array['5 200', '6 200', '7 200', '8 200']), 'done 200', 'Atomic: all well');
select is(fixture.try(:'d', :'atomic', variadic array['5 200']), 'done 200', 'one Status for all will do');
select is(fixture.try(:'d', :'atomic', variadic array['6 200', '7 200', '8 200']), 'done 200', 'so will those of all parts');
select is(fixture.try(:'d', :'atomic', variadic array['6 200', '7 200']), 'sent', 'not of some');
select is(fixture.try(:'d', :'atomic', variadic array['5 507', '6 216', '7 500', '8 215']), 'failed 507 part 3: 500', '507: who really failed');
select is(fixture.try(:'d', :'atomic', variadic array['7 405', '5 507', '8 216', '6 516']), 'failed 507 part 2: 516', '516: not undone');
select is(fixture.try(:'d', :'atomic', variadic array['5 507', '6 216', '7 216', '8 216']), 'failed 507', '507 without a culprit');
select is(fixture.try(:'d', :'atomic', variadic array['6 216', '7 216', '8 216']), 'failed 216', '216 alone is no success');
select is(fixture.try(:'d', :'atomic', variadic array['5 200', '6 200', '7 425', '8 200']), 'failed 200 part 3: 425', 'nor is 200 with a failure inside');
select is(fixture.try(:'d', :'atomic', variadic array['5 200', '6 200', '7 404', '8 200']), 'done 200', 'but Delete 404 is');
select is(fixture.try(:'d', :'atomic', variadic array['5 507', '6 216', '7 404', '8 500']), 'failed 507 part 4: 500', 'and no culprit');
select is(fixture.try(:'d', :'atomic', variadic array['5 200', '6 200', '7 200', '8 202']), 'accepted 200', '202 inside: begun');
select management.alert(:'d', '{3}', '{1226}', '{t}', '{NULL}', '{NULL}', '{./c}', '{1603}') \g /dev/null
select is((select array_agg(concat_ws(' ', state, status, error)) from admin.command where device = :'d' and done_at = now() and seq = (select max(seq) from admin.command where device = :'d')),
  '{"failed 200 part 4: 500 1603"}', 'its alert ends it');
select is(fixture.try(:'d', :'atomic', variadic array['5 202', '6 200', '7 200', '8 200']), 'accepted 202', '202 outside');
select is(fixture.try(:'d', :'atomic', variadic array['5 417', '6 215', '7 215', '8 215']), 'queued 417', '417: later');
select is((select array_agg(status) from admin.command_part where command = (select id from admin.command where device = :'d' and state = 'queued')), '{NULL,NULL,NULL,NULL}', 'all of it');
select is(fixture.deliver(:'d'), '{}', 'not in this session');
select is(fixture.try(:'d', :'atomic', variadic array['5 507', '6 216', '7 408', '8 215']), 'queued 507 part 3: 408', 'later, says the culprit');
select is(fixture.try(:'d', :'atomic', variadic array['5 507', '6 418', '7 216', '8 215']), 'queued 507 part 2: 418', '418 on Add');
select is(fixture.deliver(:'d'), '{"5 Atomic","6 in 5 Replace ./A","7 in 5 Delete ./B","8 in 5 Exec ./C"}', 'again at once, as a whole, with Replace');
select is(fixture.message(:'d', 's' || currval('fixture.session'), 2), '2 repeated', 'the message again');
select is((fixture.deliver(:'d'))[2], '6 in 5 Replace ./A', 'the same');
select fixture.message(:'d', 's' || currval('fixture.session'), 3), fixture.tell(:'d', 2, '{"5 507","6 404","7 216","8 215"}') \g /dev/null
select is((select concat_ws(' ', state, status, error, attempts) from admin.command where device = :'d' and seq = (select max(seq) from admin.command where device = :'d')), 'failed 507 part 2: 404 2', 'once');
select is((select verb from admin.command_part where command = (select id from admin.command where device = :'d' and seq = (select max(seq) from admin.command where device = :'d')) and part = 2), 'Add', 'it keeps its own verb');
select is(fixture.try(:'d', :'atomic', variadic array['5 507', '6 418', '7 516', '8 215']), 'failed 507 part 2: 418', 'not after a roll back that failed');
select is(fixture.try(:'d', fixture.cmd('Atomic', fixture.cmd('Exec', fixture.item('./Vendor/MSFT/Reboot/RebootNow')), fixture.cmd('Delete', fixture.item('./B'))), variadic array['5 408']), 'unknown 408', 'what must run once is not tried again');

select is(fixture.try(:'d', :'sequence', variadic array['5 200', '6 200', '7 200', '8 200']), 'done 200', 'Sequence: all well');
select is(fixture.try(:'d', :'sequence', variadic array['5 200']), 'done 200', 'one Status for all');
select is(fixture.try(:'d', :'sequence', variadic array['5 500']), 'failed 500', 'also a bad one');
select is(fixture.try(:'d', :'sequence', variadic array['6 200', '7 200', '8 202']), 'accepted 202', 'begun');
select management.alert(:'d', '{3}', '{1226}', '{t}', '{NULL}', '{NULL}', '{./C}', '{0}') \g /dev/null
select is((select state from admin.command where device = :'d' and seq = (select max(seq) from admin.command where device = :'d')), 'done', 'done');
select is(fixture.try(:'d', :'sequence', variadic array['5 200', '6 200', '7 200', '8 202']), 'accepted 200', 'begun');
select fixture.message(:'d', 's' || currval('fixture.session'), 3), fixture.tell(:'d', 1, '{"8 500"}') \g /dev/null
select is((select concat_ws(' ', state, status, error) from admin.command where device = :'d' and seq = (select max(seq) from admin.command where device = :'d')), 'failed 200 part 4: 500', 'a second Status ends it too');
select is(fixture.try(:'d', :'sequence', variadic array['5 200', '6 418', '7 417', '8 202']), 'queued 200 part 2: 418', 'some again');
select is(fixture.deliver(:'d'), '{}', 'one is for later');
select fixture.message(:'d', 'n', 1) \g /dev/null
select is(fixture.deliver(:'d'), '{"5 Sequence","6 in 5 Replace ./A","7 in 5 Delete ./B"}', 'what was begun is not begun twice');
select is(fixture.message(:'d', 'n', 1), '1 repeated', 'again');
select is(fixture.deliver(:'d'), '{"5 Sequence","6 in 5 Replace ./A","7 in 5 Delete ./B"}', 'the same');
select fixture.message(:'d', 'n', 2), fixture.tell(:'d', 1, '{"5 200","6 200","7 200"}') \g /dev/null
select is((select state from admin.command where device = :'d' and seq = (select max(seq) from admin.command where device = :'d')), 'accepted', 'it waits for the rest');
select is(fixture.try(:'d', :'sequence', variadic array['5 200', '6 418', '7 200', '8 405']), 'queued 200 part 2: 418', 'a failure, and one with the other verb');
select is(fixture.deliver(:'d'), '{"5 Sequence","6 in 5 Replace ./A"}', 'at once');
select fixture.message(:'d', 's' || currval('fixture.session'), 3), fixture.tell(:'d', 2, '{"5 200","6 200"}') \g /dev/null
select is((select concat_ws(' ', state, status, error) from admin.command where device = :'d' and seq = (select max(seq) from admin.command where device = :'d')), 'failed 200 part 4: 405', 'then failed');

select is(fixture.try(:'d', :'items', variadic array['5 200']), 'done 200', 'Items: one Status for all');
select is(fixture.try(:'d', :'items', variadic array['5 200 ./A', '5 200 ./b?list=Struct', '5 200 ./Device/C']), 'done 200', 'or each, however it is spelt');
select is(fixture.try(:'d', :'items', variadic array['5 200 ./A', '5 200 ./B']), 'sent', 'not some');
select fixture.message(:'d', 's' || currval('fixture.session'), 3), fixture.tell(:'d', 1, '{"5 404 ./C"}') \g /dev/null
select is((select concat_ws(' ', state, status, error) from admin.command where device = :'d' and seq = (select max(seq) from admin.command where device = :'d')), 'failed 404 part 3: 404', 'the rest may come later');
select is(fixture.try(:'d', :'items', variadic array['5 404 ./B', '5 200']), 'failed 404 part 2: 404', 'one of them, and one for the others');
select is(fixture.try(:'d', :'items', variadic array['5 200 ./X']), 'sent', 'a TargetRef from elsewhere');
select ok((fixture.events(:'d'))[array_length(fixture.events(:'d'), 1)] = 'anomaly', 'is an anomaly');
select is(fixture.try(:'d', :'items', variadic array['5 200 ./A']), 'sent', 'the first of three');
select fixture.message(:'d', 'm', 1) \g /dev/null
select is(fixture.deliver(:'d'), '{"5 Get ./B","5 Get #1 ./C"}', 'a new session: what was not answered');
select is((select unanswered from mdm.command where device = :'d' and state = 'sent' order by seq desc limit 1), 0, 'that was not in vain');
select fixture.message(:'d', 'm', 2), fixture.tell(:'d', 1, '{"5 404 ./A"}') \g /dev/null
select is((select array_agg(status order by part) from admin.command_part where command = (select id from admin.command where device = :'d' and state = 'sent')), '{200,NULL,NULL}', 'what has ended stays');
update mdm.command set unanswered = 2 where device = :'d';
select fixture.message(:'d', 'm2', 1), fixture.deliver(:'d'), fixture.message(:'d', 'm2', 2), fixture.tell(:'d', 1, '{"5 200 ./B"}'), fixture.message(:'d', 'm3', 1) \g /dev/null
select is((select state || unanswered from mdm.command where device = :'d'), 'queued0', 'it is not given up when it was answered in part, though alone');
select is(fixture.deliver(:'d'), '{"5 Get ./C"}', 'the rest is sent');
select is(fixture.try(:'d', :'atomic', variadic array['6 200']), 'sent', 'one of an Atomic');
select fixture.message(:'d', 'o', 1) \g /dev/null
select is(cardinality(fixture.deliver(:'d')), 4, 'a new session: all of it');
select fixture.message(:'d', 'o', 2, in_final => false), fixture.tell(:'d', 1, '{"5 200"}') \g /dev/null
select is((select state from admin.command where device = :'d' and seq = (select max(seq) from admin.command where device = :'d')), 'sent', 'a package that goes on may bring more');
select fixture.message(:'d', 'o', 3), fixture.tell(:'d', 1, '{"6 200"}') \g /dev/null
select is((select state from admin.command where device = :'d' and seq = (select max(seq) from admin.command where device = :'d')), 'done', 'until it ends');

-- One is never split.
select fixture.enroll('C') as d \gset
select admin.setting_set('message_budget', '1000') \g /dev/null
select admin.enqueue(:'d', 'Get', './A'), admin.enqueue_syncml(:'d', fixture.cmd('Sequence', repeat(fixture.cmd('Get', fixture.item('./B')), 10))) \g /dev/null
select fixture.message(:'d', '1', 1) \g /dev/null
select is(fixture.deliver(:'d'), '{"5 Get ./A"}', 'a group that does not fit waits');
select fixture.message(:'d', '1', 2) \g /dev/null
select is(cardinality(fixture.deliver(:'d')), 11, 'and then goes whole');
select admin.setting_set('message_budget', null) \g /dev/null
select is_empty('select device, seq from mdm.part p left join mdm.command_any c using (device, seq) group by device, seq having count(*) <> max(c.parts)', 'no part is lost');
\ir invariant.inc
select * from finish();
rollback;

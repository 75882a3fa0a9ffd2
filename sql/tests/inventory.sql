-- SPDX-License-Identifier: ISC
-- What devices are asked, in their time; what becomes of the answers; rules
-- of compliance over them.
begin;
\ir fixture.inc
select * from no_plan();
select admin.setting_set('session_rate', '0') \g /dev/null
create sequence fixture.session;
create table fixture.node (uri text primary key, value text);
-- A session in which the device knows the nodes of fixture.node; the verbs and nodes it was asked, group by group.
create function fixture.session(in_device uuid) returns text[] language plpgsql as $$
declare v_name text := 'i' || nextval('fixture.session'); v_msg int := 1; v_sent text[]; v_all text[] := '{}'; s text; v_cmd int; v_uri text;
begin
  perform fixture.message(in_device, v_name, 1);
  loop
    v_sent := fixture.deliver(in_device);
    exit when v_sent = '{}';
    v_all := v_all || v_sent;
    v_msg := v_msg + 1;
    perform fixture.message(in_device, v_name, v_msg);
    foreach s in array v_sent loop
      v_cmd := split_part(s, ' ', 1); v_uri := substring(s from '\./.*');
      perform management.status(in_device, array[v_msg - 1], array[v_cmd], array[v_uri],
        array[case when s !~ ' Get ' or exists (select from fixture.node where uri = v_uri or v_uri like '%?list=StructData' and starts_with(uri, split_part(v_uri, '?', 1))) then 200 else 404 end], '{NULL}');
    end loop;
    perform management.result(in_device, array_agg(v_msg - 1), array_agg(a.cmd), array_agg(a.uri), array_agg(null::text), array_agg(null::text), array_agg(a.value), array_agg(false), array_agg(null::bigint))
      from (select split_part(x, ' ', 1)::int as cmd, n.uri, n.value from unnest(v_sent) x join fixture.node n
        on n.uri = substring(x from '\./.*') or x like '%?list=StructData' and starts_with(n.uri, split_part(substring(x from '\./.*'), '?', 1) || '/')) a having count(*) > 0;
  end loop;
  return (select coalesce(array_agg(regexp_replace(x, '^[0-9]+ ', '')), '{}') from unnest(v_all) x);
end $$;
create function fixture.changes(in_device uuid) returns text[] language sql as
$$ select coalesce(array_agg(uri || ': ' || coalesce(former, '-') || ' > ' || coalesce(value, '-') order by uri), '{}') from admin.inventory_change where device = in_device and at = now() $$;
-- The time of these kinds has come, and all that was before is an hour older.
create function fixture.later(variadic in_kinds text[]) returns void language sql as
$$ update mdm.inventory_asked a set first_at = a.first_at - interval '1 hour',
     asked_at = case when k.name = any (in_kinds) then mdm.inventory_slot(a.device, k.name, k.hours, now()) - interval '1 second' else a.asked_at end
     from mdm.inventory_kind k where k.name = a.kind;
   update mdm.inventory_change set at = at - interval '1 hour'; update mdm.session set due_at = '-infinity' $$;

select fixture.enroll('OFF') as o \gset
select is(fixture.session(:'o'), '{}', 'where the setting is off nobody is asked');
select admin.setting_set('inventory', 'on') \g /dev/null

-- The kinds that come with it.
select is_empty($$ select name, mdm.uri_fault(u) from mdm.inventory_kind, unnest(uris) u where mdm.uri_fault(u) is not null or u ~ '\s' $$, 'each node is one');
select ok((select array_agg(name) @> '{DevDetail,DeviceStatus,CSPVersions,Update,Defender,BitLocker,Programs,Apps}' from admin.inventory_kind), 'DevDetail, DeviceStatus, CSPVersions, Update, Defender, BitLocker, programs and apps');
select fixture.enroll('NEW') as n \gset
select is((select count(distinct substring(a from '\./.*')) from unnest(fixture.session(:'n')) a), (select sum(cardinality(uris))::bigint from mdm.inventory_kind), 'a new device is asked everything at once');
select is(fixture.session(:'n'), '{}', 'once');
delete from mdm.inventory_kind;
select is(admin.inventory_kind_set('A', '{./DevDetail/SwV,./Vendor/MSFT/X,./Vendor/MSFT/None}', 24), true, 'questions are rows');
select is(admin.inventory_kind_set('A', '{./DevDetail/SwV,./Vendor/MSFT/X,./Vendor/MSFT/None}', 24), false, 'the same again changes nothing');
select admin.inventory_kind_set('P', '{./Vendor/MSFT/P?list=StructData}', 168, in_description => 'programs') \g /dev/null
select throws_ok(format('select admin.inventory_kind_set(%L, %L, %L, %L)', n, u, h, e), 'MD400', f, f) from (values
  ('a b', '{./A}', 24, true, 'name: must be 1 to 64 of A-Z a-z 0-9 . _ -'), ('a', '{./A}', 0, true, 'hours: must be from 1 to 8760'), ('a', '{./A}', 24, null, 'enabled: must be true or false'),
  ('a', '{}', 24, true, 'uris: must be 1 to 500 nodes'), ('a', '{/A}', 24, true, 'LocURI: must not begin with "/"'), ('a', '{./User/A}', 24, true, 'uris: a node of the user'),
  ('a', '{./A?prop=Name}', 24, true, 'uris: takes no query but ?list=StructData'), ('a', '{./A,./A}', 24, true, 'uris: a node is there twice')) v (n, u, h, e, f);

-- One device: asked, answered, asked again in its time.
insert into fixture.node values ('./DevDetail/SwV', '10.0.1'), ('./Vendor/MSFT/X', '1'), ('./Vendor/MSFT/P/1/Name', 'Editor'), ('./Vendor/MSFT/P/1/Version', '1'), ('./Vendor/MSFT/P/2/Name', 'Game');
select fixture.enroll('A') as a \gset
update mdm.device set os_version = '10.0.1' where device = :'a';
select admin.enqueue(:'a', 'Replace', './Vendor/MSFT/Z', 'x'), admin.enqueue(:'a', 'Get', './Vendor/MSFT/Low', in_priority => 0) \g /dev/null
select is(fixture.session(:'a'), '{"Replace ./Vendor/MSFT/Z","Get ./Vendor/MSFT/Low","Get ./DevDetail/SwV","Get #1 ./Vendor/MSFT/X","Get #2 ./Vendor/MSFT/None","Get ./Vendor/MSFT/P?list=StructData"}', 'all of the administrator''s comes first');
select is_empty($$ select d.session, d.msg from mdm.delivery d join mdm.command_any c using (device, seq) group by 1, 2, d.device having count(distinct c.origin = 'inventory') > 1 $$, 'and no message has both');
select results_eq(format($$ select uri, value from admin.inventory where device = %L order by uri $$, :'a'), $$ values ('./DevDetail/SwV', '10.0.1'), ('./Vendor/MSFT/P/1/Name', 'Editor'), ('./Vendor/MSFT/P/1/Version', '1'), ('./Vendor/MSFT/P/2/Name', 'Game'), ('./Vendor/MSFT/X', '1') $$, 'the answers are the inventory');
select is((select count(*) from admin.result r join admin.command c on c.id = r.command where c.origin = 'inventory'), 0::bigint, 'and not results');
select is(fixture.changes(:'a'), '{}', 'what is first known is no change');
select is((select array_agg(uri || ' ' || status) from admin.inventory_missing where device = :'a'), '{"./Vendor/MSFT/None 404"}', 'what it does not know is remembered');
select is((select count(*) from admin.event where device = :'a' and kind = 'command.queued'), 2::bigint, 'questions are no events');
select is(fixture.session(:'a'), '{}', 'it is not asked again now');
select is((select bool_and(due_at between now() and now() + interval '24 hours') from mdm.session where device = :'a'), true, 'but within its time');
select fixture.later('A'), fixture.message(:'a', 'x', 1) \g /dev/null
delete from fixture.node where uri = './Vendor/MSFT/X';
update fixture.node set value = 'Editor 2' where uri = './Vendor/MSFT/P/1/Name';
select is(fixture.session(:'a'), '{"Get ./DevDetail/SwV","Get #1 ./Vendor/MSFT/X"}', 'a day later: without what it does not know, and the other kind not yet');
select is(fixture.session(:'a'), '{}', 'what is missing now, too');
select fixture.later('A') \g /dev/null
select is(fixture.session(:'a'), '{"Get ./DevDetail/SwV"}', 'is not asked for');

-- All below a node: what is new, other or gone.
select fixture.later('A', 'P') \g /dev/null
delete from fixture.node where uri = './Vendor/MSFT/P/2/Name';
insert into fixture.node values ('./Vendor/MSFT/P/3/Name', 'Reader'), ('./Vendor/MSFT/X', '2');
select is(fixture.session(:'a'), '{"Get ./DevDetail/SwV","Get ./Vendor/MSFT/P?list=StructData"}', 'a week later');
select is(fixture.changes(:'a'), '{"./Vendor/MSFT/P/1/Name: Editor > Editor 2","./Vendor/MSFT/P/2/Name: Game > -","./Vendor/MSFT/P/3/Name: - > Reader"}', 'each change is kept');
select is((select array_agg(value order by uri) from admin.inventory where device = :'a' and uri like './Vendor/MSFT/P/%'), '{"Editor 2",1,Reader}', 'and what is gone is gone');

-- Another Windows: everything, also what was missing.
select fixture.later('A') \g /dev/null
update fixture.node set value = '10.0.2' where uri = './DevDetail/SwV';
select is(fixture.session(:'a'), '{"Get ./DevDetail/SwV"}', 'the version');
select is((select os_version from admin.device where id = :'a'), '10.0.2', 'is another one');
select is(fixture.session(:'a'), '{"Get ./DevDetail/SwV","Get #1 ./Vendor/MSFT/X","Get #2 ./Vendor/MSFT/None","Get ./Vendor/MSFT/P?list=StructData"}', 'so everything is asked');
select is((select array_agg(uri) from admin.inventory_missing where device = :'a'), '{./Vendor/MSFT/None}', 'and one of the missing was there');
select is(fixture.session(:'a'), '{}', 'once');
select admin.inventory_ask(:'a') \g /dev/null
select is(cardinality(fixture.session(:'a')), 4, 'an administrator may ask at once');
select admin.setting_set('inventory', 'off') \g /dev/null
select throws_ok(format('select admin.inventory_ask(%L)', :'a'), 'MD409', 'the setting inventory is off', 'unless it is off');
select admin.setting_set('inventory', 'on') \g /dev/null

-- Values that change all the time, and the clock.
select admin.inventory_kind_set('C', '{./DevDetail/Ext/Microsoft/LocalTime}', 1) \g /dev/null
insert into fixture.node values ('./DevDetail/Ext/Microsoft/LocalTime', to_char(now() at time zone 'UTC' + interval '5 hours 44 minutes', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'));
select admin.inventory_ask(:'a'), fixture.session(:'a') \g /dev/null
select is((select utc_offset from mdm.device where device = :'a'), 345, 'the device''s clock tells its time zone');
select fixture.later('C') \g /dev/null
update fixture.node set value = to_char(now() at time zone 'UTC' - interval '7 hours', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') where uri like '%LocalTime';
select fixture.session(:'a') \g /dev/null
select is((select utc_offset from mdm.device where device = :'a'), -420, 'also when it moves');
select is((select count(*) from mdm.inventory_change where uri like '%LocalTime'), 0::bigint, 'of which no history is kept');
select mdm.device_clock(:'a', t) from unnest('{2026-02-31T00:00:00Z,nonsense,0000-00-00T00:00:00,2001-01-01T00:00:00Z}'::text[] || null::text) t \g /dev/null
select is((select utc_offset from mdm.device where device = :'a'), -420, 'a clock that is wrong tells nothing');

-- No answer at all: less and less often.
select admin.inventory_kind_set('A', '{./Vendor/MSFT/X}', 24), admin.inventory_kind_remove('P'), admin.inventory_kind_remove('C') \g /dev/null
select throws_ok('select admin.inventory_kind_remove(''C'')', 'MD404', 'no kind of question "C"', 'no such kind');
select admin.inventory_ask(:'a') \g /dev/null
select fixture.message(:'a', 'dead' || n, 1), fixture.deliver(:'a') from generate_series(1, 5) n \g /dev/null
select is((select array_agg(state || ' ' || coalesce(error, '')) from admin.command where device = :'a' and uri = './Vendor/MSFT/X' and done_at = now() and status is null), '{"failed quarantined"}', 'a question that the device dies of is given up');
select is((select failures from admin.inventory_asked where device = :'a' and kind = 'A'), 1, 'and counted');
select fixture.later(variadic '{}') \g /dev/null
update mdm.inventory_asked set asked_at = mdm.inventory_slot(:'a', 'A', 48, now()) + interval '1 second' where kind = 'A' and device = :'a';
select is(fixture.session(:'a'), '{}', 'it has twice the time');
update mdm.inventory_asked set asked_at = mdm.inventory_slot(:'a', 'A', 48, now()) - interval '1 second' where kind = 'A' and device = :'a';
update mdm.session set due_at = '-infinity' where device = :'a';
select is(fixture.session(:'a'), '{"Get ./Vendor/MSFT/X"}', 'then it is asked again');
select is((select failures from admin.inventory_asked where device = :'a' and kind = 'A'), 0, 'and an answer makes good for it');

-- Spread over the time: a fleet that was there before is not asked all at once.
create temp table slot as select n, mdm.inventory_slot(md5('device ' || n)::uuid, 'A', 24, now()) as at from generate_series(1, 2400) n;
select ok((select bool_and(at > now() - interval '24 hours' and at <= now()) from slot), 'each device has its time');
select ok((select max(c) < 160 and min(c) > 60 and count(*) in (24, 25) from (select count(*) as c from slot where at > now() - interval '24 hours' group by floor(extract(epoch from now() - at) / 3600)) h), 'in every hour there are about as many');
update mdm.device set enrolled_at = now() - interval '1 year' where device = :'o';
select admin.inventory_kind_set('NEW', '{./Vendor/MSFT/New}', 24) \g /dev/null
update mdm.inventory_asked set asked_at = now() where device = :'o';
insert into mdm.inventory_asked (device, kind, asked_at, os_version) select :'o', 'A', now(), d.os_version from mdm.device d where d.device = :'o' on conflict (device, kind) do update set os_version = excluded.os_version;
select is(fixture.session(:'o'), '{}', 'who was there before a question has its turn in its time');
update mdm.inventory_kind set changed_at = now() - interval '25 hours' where name = 'NEW';
update mdm.session set due_at = '-infinity';
select is(fixture.session(:'o'), '{"Get ./Vendor/MSFT/New"}', 'which comes');

-- Compliance.
select admin.group_set('risk'), admin.group_set('desks', in_members => array[:'a']::uuid[]) \g /dev/null
select is(admin.compliance_set('x', '{"node": "./Vendor/MSFT/X", "value": 2}', 0, 'desks', 'risk', 'X has to be 2'), true, 'a rule');
select is(admin.compliance_set('x', '{"node": "./Vendor/MSFT/X", "value": 2}', 0, 'desks', 'risk', 'X has to be 2'), false, 'the same again changes nothing');
select admin.compliance_set('os', '{"device": "os_version", "op": ">=", "value": "10.0.99999"}', 48) \g /dev/null
create function fixture.compliance(in_device uuid) returns text[] language sql as $$ select coalesce(array_agg(rule || ' ' || state order by rule), '{}') from admin.compliance where device = in_device $$;
select is(fixture.compliance(:'a'), '{}', 'nobody is compared before it comes');
select fixture.session(:'a'), fixture.session(:'o') \g /dev/null
select is(fixture.compliance(:'a'), '{"os grace","x compliant"}', 'then it is');
select is(fixture.compliance(:'o'), '{"os grace"}', 'with the rules that are for it');
select ok((select due_at <= now() + interval '48 hours' from mdm.session where device = :'a'), 'the grace ends by itself');
select results_eq('select name, compliant, in_grace, broken from admin.compliance_rule order by name', $$ values ('os', 0::bigint, 2::bigint, 0::bigint), ('x', 1, 0, 0) $$, 'counted');
update mdm.compliance set since = since - interval '48 hours', due_at = due_at - interval '48 hours' where name = 'os';
select is(fixture.compliance(:'a'), '{"os broken","x compliant"}', 'which the view knows at once');
update mdm.session set due_at = '-infinity';
select fixture.session(:'a') \g /dev/null
select is((select array_agg(detail ->> 'rule') from admin.event where device = :'a' and kind = 'compliance.broken'), '{os}', 'and the device''s next session tells');
update fixture.node set value = '3' where uri = './Vendor/MSFT/X';
select admin.inventory_ask(:'a'), fixture.session(:'a'), fixture.session(:'a') \g /dev/null
select is(fixture.compliance(:'a'), '{"os broken","x broken"}', 'an answer of the inventory breaks a rule');
select is((select array_agg(name order by name) from admin.group_device where device = :'a' and member), '{desks,risk}', 'the device stands in the group of the rule');
select fixture.session(:'a') \g /dev/null
select is((select count(*) from admin.event where device = :'a' and kind = 'compliance.broken'), 2::bigint, 'which is told once');
update fixture.node set value = '2' where uri = './Vendor/MSFT/X';
select admin.inventory_ask(:'a'), fixture.session(:'a'), fixture.session(:'a') \g /dev/null
select is(fixture.compliance(:'a'), '{"os broken","x compliant"}', 'made good');
select is((select array_agg(name) from admin.group_device where device = :'a' and member), '{desks}', 'it leaves the group');
select is((select count(*) from admin.event where device = :'a' and kind = 'compliance.restored'), 1::bigint, 'with an event');
select fixture.session(:'a') \g /dev/null
select fixture.message(:'a', 'idle', 1) \g /dev/null
select is(current_setting('fenestra.message'), 'idle', 'and all the while a session without news is an idle one');
update fixture.node set value = '3' where uri = './Vendor/MSFT/X';
select admin.inventory_ask(:'a'), fixture.session(:'a'), fixture.session(:'a') \g /dev/null
select throws_ok('select admin.group_remove(''risk'')', 'MD409', 'the compliance rule "x" is for the group "risk"', 'its group cannot be removed');
select admin.compliance_remove('x') \g /dev/null
select is((select array_agg(name) from admin.group_device where device = :'a' and member), '{desks}', 'without the rule nobody stands in its group');
select is(fixture.compliance(:'a'), '{"os broken"}', 'nor is there anything of it left');
select throws_ok('select admin.compliance_remove(''x'')', 'MD404', 'no rule of compliance "x"', 'no such rule');
select throws_ok(format('select admin.compliance_set(%L, %L, %L, %L, %L)', n, r, g, d, t), 'MD400', f, f) from (values
  ('a b', '{"all": []}', 0, null, null, 'name: must be 1 to 64 of A-Z a-z 0-9 . _ -'), ('a', '{}', 0, null, null, 'rule: must have one of all, any, not, member, device and node'),
  ('a', '{"all": []}', -1, null, null, 'grace: must be hours from 0 to 8760'), ('a', '{"all": []}', 0, 'none', null, 'group: there is no "none"'),
  ('a', '{"all": []}', 0, null, 'all', 'tag_group: every device is in "all"'), ('a', '{"all": []}', 0, null, 'none', 'group: there is no "none"')) v (n, r, g, d, t, f);

-- Programs, as a view.
insert into mdm.inventory (device, uri, value) select :'o', './Vendor/MSFT/Win32AppInventory/Win32InstalledProgram/' || u, v from (values ('1/Name', 'Editor'), ('1/Version', '2'), ('1/Publisher', 'P'), ('2/Name', 'Tool')) x (u, v);
select results_eq('select name, version, publisher from admin.program order by name', $$ values ('Editor', '2', 'P'), ('Tool', null, null) $$, 'programs');
\ir invariant.inc
select * from finish();
rollback;

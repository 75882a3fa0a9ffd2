-- SPDX-License-Identifier: ISC
-- Variables in the data of commands: what is refused, what they stand for
-- when a command is sent, and what is kept of it.
begin;
\ir fixture.inc
select * from no_plan();

create function fixture.sealed(in_text text) returns text language sql as
$$ select 'seal:' || replace(encode('\x010011223344556677'::bytea || substr(fixture.h(in_text), 1, 12) || fixture.h(in_text), 'base64'), E'\n', '') $$;
create function fixture.values(in_device uuid) returns jsonb[] language sql as
$$ select coalesce(array_agg(distinct (d.expansion::jsonb)->'values'), '{}') from management.deliver(in_device, 5) d where d.expansion is not null $$;
create function fixture.refused(in_data text, in_format text default 'chr') returns text language sql as
$$ select mdm.command_fault('Replace', './A', in_data, in_format, 'text/plain') $$;

-- What is no variable is refused, and named.
select is_empty($t$ select d from unnest(array['$(device.id)', 'a $(user.upn) b', '$(site.a_1)$(secret.b)', '$$(x)', '$$$(x)', '$', '$ (x)', 'a$$(', '$$($$(',
    '<a>$(device.name)</a>', 'costs 5$']) d where fixture.refused(d) is not null $t$, 'variables and what only looks like one');
select is_empty($t$ select d from unnest(array['$(', '$()', '$(x)', '$(device.x)', '$(site.)', '$(site.A)', '$(site.1)', '$(Site.a)', '$(device.id', '$( device.id)', '$(user.upn )',
    '$(site.a.b)', '$(secret.a-b)', 'Get-Item $(rm)', '$(device.$(site.a))', '$(site.' || repeat('a', 65) || ')']) d
  where fixture.refused(d) is null or fixture.refused(d) not like 'data: $(% is no variable; the characters $( themselves are written $$(' $t$, 'all else with $( is refused');
select is(fixture.refused('$(site.x)', 'b64'), null, 'base64 may be a variable');
select is(fixture.refused('AAAA$(site.x)', 'b64'), 'data: a variable of format b64 must be all of it', 'but not have one in it');
select is(fixture.refused('$(site.x)$(site.y)', 'bin'), 'data: a variable of format bin must be all of it', 'nor two');
select is(fixture.refused('$(site.x)', 'int'), null, 'an int may be a variable');
select is(fixture.refused('$(site.x)', 'bool'), null, 'and a bool');
select is(fixture.refused('x', 'int'), 'data: is not an int', 'without one it is looked at');
select is(fixture.refused('$(site.x)' || repeat('x', 1048576)), 'data: is larger than 1 MiB', 'the size counts');

-- Set, shown, removed.
select fixture.enroll('V') as d \gset
update mdm.device set serial_number = 'SN-1' where device = :'d';
select throws_ok($$ select admin.variable_set('A', 'x') $$, 'MD400', 'name: must be 1 to 64 of a-z, 0-9 and _, a letter first', 'a name has a form');
select throws_ok($$ select admin.variable_set('a', null) $$, 'MD400', 'value: must be text of at most 65536 octets', 'null is no value');
select throws_ok($$ select admin.variable_set('a', repeat('x', 65537)) $$, 'MD400', 'value: must be text of at most 65536 octets', 'nor is too much');
select throws_ok($$ select admin.variable_set('a', E'\x01') $$, 'MD400', 'value: holds a character that XML cannot carry', 'nor what cannot be sent');
select lives_ok($$ select admin.variable_set('ssid', 'old'), admin.variable_set('ssid', 'Guests & <co>') $$, 'a variable');
select results_eq('select name, value from admin.variable', $$ values ('ssid', 'Guests & <co>') $$, 'is shown');
select throws_ok($$ select admin.variable_remove('none') $$, 'MD404', 'no variable "none"', 'none to remove');
select throws_ok($$ select admin.secret_set('psk', 'hunter2') $$, 'MD400', 'sealed: must be what fenestra-management -s prints', 'a secret is sealed');
select throws_ok($$ select admin.secret_set('Psk', fixture.sealed('a')) $$, 'MD400', 'name: must be 1 to 64 of a-z, 0-9 and _, a letter first', 'and has a name');
select throws_ok($$ select admin.secret_set('psk', fixture.sealed('a'), gen_random_uuid()) $$, 'MD404', null, 'and a device that there is');
select lives_ok(format($$ select admin.secret_set('psk', fixture.sealed('site')), admin.secret_set('pin', fixture.sealed('own'), %L) $$, :'d'), 'of the site and of one device');
select bag_eq('select device, name from admin.secret', format($$ values (null::uuid, 'psk'), (%L, 'pin') $$, :'d'), 'are shown');
select hasnt_column('admin', 'secret', 'value', 'but not what they are');
select throws_ok($$ select admin.secret_remove('pin') $$, 'MD404', 'no secret "pin"', 'that of the device is not that of the site');
select is_empty($$ select detail from mdm.event where detail::text like '%seal:%' $$, 'no event has a sealed value');
select is((select array_agg(kind || ' ' || (detail->>'name') order by seq) from admin.event where device is null and kind ~ '^(variable|secret)'), '{variable.set ssid,variable.set ssid,secret.set psk}', 'each act is an event');

-- What can be known when it is queued is known then.
select throws_ok(format($$ select admin.enqueue(%L, 'Replace', './A', '$(site.none)') $$, :'d'), 'MD400', 'data: there is no variable $(site.none)', 'no such variable');
select throws_ok(format($$ select admin.enqueue(%L, 'Replace', './A', 'x$(secret.none)') $$, :'d'), 'MD400', 'data: there is no variable $(secret.none)', 'no such secret');
select fixture.enroll('W') as w \gset
select throws_ok(format($$ select admin.enqueue(%L, 'Replace', './A', '$(secret.pin)') $$, :'w'), 'MD400', 'data: there is no variable $(secret.pin)', 'nor another device''s');
select throws_ok(format($$ select admin.enqueue_syncml(%L, '<Atomic><Add><Item><Target><LocURI>./A</LocURI></Target><Data>$(site.none)</Data></Item></Add></Atomic>') $$, :'d'), 'MD400', null, 'nor within a group');
select is_empty(format('select * from admin.command where device in (%L, %L)', :'d', :'w'), 'nothing is queued');

-- What stands for them, when the command is sent.
select admin.enqueue(:'d', 'Replace', './A', '$(device.id) $(device.device_id) $(device.name) $(device.serial_number) $(device.os_version) $(device.model) $(user.upn) $(user.name) $(user.domain) $(site.ssid) $$(x)') \g /dev/null
select fixture.message(:'d', '1', 1) \g /dev/null
select is(fixture.values(:'d'), array[jsonb_build_object('device.id', :'d', 'device.device_id', 'V', 'device.name', 'PC-V', 'device.serial_number', 'SN-1',
  'device.os_version', '10.0.19043.0', 'user.upn', 'ann@fenestra.test', 'user.name', 'ann', 'user.domain', 'fenestra.test', 'site.ssid', 'Guests & <co>')], 'of device, user and site; what is not known is missing');
select admin.variable_set('ssid', 'new') \g /dev/null
update mdm.device set name = 'renamed' where device = :'d';
select fixture.message(:'d', '1', 1) \g /dev/null
select is((fixture.values(:'d'))[1]->>'device.name', 'PC-V', 'a repeated message gets the same');
select is((fixture.values(:'d'))[1]->>'site.ssid', 'Guests & <co>', 'whatever changed');
select fixture.message(:'d', '2', 1) \g /dev/null
select is((fixture.values(:'d'))[1]->>'site.ssid', 'new', 'sent again in another session it is what holds then');
select is((select data from mdm.command where device = :'d'), '$(device.id) $(device.device_id) $(device.name) $(device.serial_number) $(device.os_version) $(device.model) $(user.upn) $(user.name) $(user.domain) $(site.ssid) $$(x)', 'the command is as it was queued');
select fixture.message(:'d', '2', 2), fixture.status(:'d', 1, 5, 200), fixture.deliver(:'d') \g /dev/null

-- Of a secret there is what is sealed, and whose; the device's own first.
select admin.secret_set('pin', fixture.sealed('site pin')) \g /dev/null
select admin.enqueue_syncml(:'d', '<Atomic><Add><Item><Target><LocURI>./Vendor/W</LocURI></Target><Data>$(secret.pin)</Data></Item></Add><Replace><Item><Target><LocURI>./Vendor/X</LocURI></Target><Data>$(secret.psk)</Data></Item></Replace></Atomic>') \g /dev/null
select fixture.message(:'d', '3', 1) \g /dev/null
select is(fixture.values(:'d'), array[jsonb_build_object('secret.pin', jsonb_build_object('device', :'d', 'sealed', fixture.sealed('own')),
  'secret.psk', jsonb_build_object('device', '00000000-0000-0000-0000-000000000000', 'sealed', fixture.sealed('site')))], 'all parts have all values');
select bag_eq(format('select node from mdm.secret_node where device = %L', :'d'), $$ values ('./vendor/w'), ('./vendor/x') $$, 'their nodes are known');
select is((select count(*) from mdm.expansion where device = :'d'), 1::bigint, 'values of earlier answers are forgotten');
select fixture.message(:'d', '3', 2), fixture.status(:'d', 1, 6, 200), fixture.status(:'d', 1, 7, 200), fixture.status(:'d', 1, 5, 200) \g /dev/null

-- What a device says of such a node is not kept.
select admin.enqueue(:'d', 'Get', u) from unnest('{./Device/Vendor/X,./Vendor/Y,./Vendor?list=TNDS,./Vendor}'::text[]) u \g /dev/null
select fixture.deliver(:'d', 10) \g /dev/null
select fixture.message(:'d', '3', 3) \g /dev/null
select results_eq(format($$ select * from management.result(%L, '{2,2,2,2}', '{10,11,12,13}', '{./Vendor/x,./Vendor/Y,./Vendor?list=TNDS,./Vendor}', '{chr,chr,xml,node}', '{NULL,NULL,NULL,NULL}',
  array['hunter2', 'open', '<x>hunter2</x>', 'W/X/Y'], '{f,f,f,f}', '{NULL,NULL,NULL,NULL}') $$, :'d'), 'values (1, 200), (3, 200)', 'the worker is told which');
select bag_eq(format('select r.uri, r.data from admin.result r where r.device = %L', :'d'),
  $$ values ('./Vendor/x', '(secret)'), ('./Vendor/Y', 'open'), ('./Vendor?list=TNDS', '(secret)'), ('./Vendor', 'W/X/Y') $$, 'nor above it, where it shows what is below');
select fixture.message(:'d', '3', 3) \g /dev/null
select results_eq(format($$ select * from management.result(%L, '{2}', '{10}', '{./Vendor/x}', '{NULL}', '{NULL}', '{hunter2}', '{f}', '{NULL}') $$, :'d'), 'values (1, 200), (3, 200)', 'the same for a repeated message');
select fixture.message(:'d', '3', 4) \g /dev/null
select results_eq(format($$ select * from management.result(%L, '{2}', '{10}', '{./Vendor/x}', '{NULL}', '{NULL}', '{hunter2}', '{t}', '{11}') $$, :'d'), 'values (1, 200), (1, 213)', 'in chunks');
select is_empty($$ select data from mdm.chunk where data ~ 'hunter' $$, 'they are not kept');
select fixture.message(:'d', '3', 5) \g /dev/null
select results_eq(format($$ select * from management.result(%L, '{2}', '{10}', '{./Vendor/x}', '{NULL}', '{NULL}', '{four}', '{f}', '{NULL}') $$, :'d'), 'values (1, 200)', 'of the size that it has');
select is((select r.data from admin.result r where r.device = :'d' and r.uri = './Vendor/x'), '(secret)', 'nor put together');
select management.alert(:'d', '{3}', '{1226}', '{t}', '{NULL}', '{NULL}', '{./Device/Vendor/X}', '{hunter2}') \g /dev/null
select is((select data from admin.alert where device = :'d'), '(secret)', 'nor does an alert');

-- What the worker cannot expand has failed, and the queue goes on.
select fixture.enroll('F') as f \gset
select admin.enqueue(:'f', 'Replace', './' || i, case when i <> 2 then '$(secret.psk)' else 'plain' end) from generate_series(1, 3) i \g /dev/null
select fixture.message(:'f', '1', 1) \g /dev/null
select array_agg((expansion::jsonb->>'seq')::bigint) as seqs from management.deliver(:'f', 5) where expansion is not null \gset
select management.undeliverable(:'f', '1', 1, :'seqs', '{because,because}') \g /dev/null
select is(fixture.deliver(:'f'), '{"6 Replace ./2"}', 'the rest of the answer stays');
select results_eq(format('select state, error, attempts, status from admin.command where device = %L order by queued_at, uri', :'f'),
  $$ values ('failed', 'because', 0, null::int), ('sent', null, 1, null), ('failed', 'because', 0, null) $$, 'the reason is kept');
select fixture.message(:'f', '1', 1) \g /dev/null
select is(fixture.deliver(:'f'), '{"6 Replace ./2"}', 'a repeated message gets the same');
select management.undeliverable(:'f', '1', 1, :'seqs', '{again,again}') \g /dev/null
select is((select array_agg(error order by uri) from admin.command where device = :'f'), '{because,NULL,because}', 'who comes second does nothing');
select management.undeliverable(:'f', '1', 2, (select array_agg(seq) from mdm.command where device = :'f'), '{late}') \g /dev/null
select is(fixture.deliver(:'f'), '{}', 'nor who speaks of another answer');
select is((select state from admin.command where device = :'f' and uri = './2'), 'sent', 'nothing is lost');
select fixture.message(:'f', '1', 2), fixture.status(:'f', 1, 6, 200) \g /dev/null
select admin.enqueue(:'f', 'Replace', './4', '$(secret.psk)'), admin.enqueue(:'f', 'Get', './5') \g /dev/null
update mdm.command set unanswered = 3 where device = :'f' and uri = './4';
select array_agg((expansion::jsonb->>'seq')::bigint) as seqs from management.deliver(:'f', 5) \gset
select management.undeliverable(:'f', '1', 2, :'seqs', '{because}') \g /dev/null
select is(fixture.deliver(:'f'), '{"5 Get ./5"}', 'where nothing is left the next ones come at once');

-- A profile has variables as well; what it put there can be read, not compared.
select fixture.enroll('P') as p \gset
select admin.profile_set('wifi', '[{"uri": "./Vendor/MSFT/P/Ssid", "data": "$(site.ssid)"}, {"uri": "./Vendor/MSFT/P/Key", "data": "$(secret.psk)"}]'),
  admin.group_set('p'), admin.group_member_add('p', array[:'p'::uuid]), admin.assign('wifi', 'p') \g /dev/null
select fixture.message(:'p', '1', 1) \g /dev/null
select is(array_length(fixture.values(:'p'), 1), 2, 'the values of its commands');
select is((select count(*) from mdm.command where device = :'p' and variables), 2::bigint, 'which have variables');
create function fixture.answered(in_device uuid, in_msg bigint, in_data text) returns void language sql as
$$ select management.status(in_device, array_agg(in_msg), array_agg(d.cmd_id), array_agg(null::text), array_agg(200), array_agg(null::text)),
     (select count(*) from management.result(in_device, array_agg(in_msg) filter (where c.verb = 'Get'), array_agg(d.cmd_id) filter (where c.verb = 'Get'),
       array_agg(c.uri) filter (where c.verb = 'Get'), array_agg('chr'::text) filter (where c.verb = 'Get'), array_agg(null::text) filter (where c.verb = 'Get'),
       array_agg(in_data) filter (where c.verb = 'Get')))
     from mdm.delivery d join mdm.command_any c using (device, seq) join mdm.session s using (device)
    where d.device = in_device and d.session = s.number and d.msg = in_msg $$;
select fixture.message(:'p', '1', 2), fixture.answered(:'p', 1, 'hunter2') \g /dev/null
select is((select array_agg(state order by uri) from admin.profile_status where device = :'p'), '{verified,verified}', 'it is there');
select is((select array_agg(data order by uri) from admin.result where device = :'p'), '{(secret),hunter2}', 'and a secret not kept');
select admin.profile_set('wifi', '[{"uri": "./Vendor/MSFT/P/Key", "data": "open"}]') \g /dev/null
select fixture.message(:'p', '2', 1), fixture.deliver(:'p') \g /dev/null
select fixture.message(:'p', '2', 2), fixture.answered(:'p', 1, 'open') \g /dev/null
select is((select state from admin.profile_status where device = :'p' and uri like '%Key'), 'verified', 'nor is another value at such a node said to have drifted');

-- A value that was there before is no template when it comes back.
insert into mdm.node (device, node, exec, uri, profile, generation, remove, state, former_format, former_data)
values (:'p', './vendor/msft/p/old', false, './Vendor/MSFT/P/Old', 'wifi', 1, './Vendor/MSFT/P/Old', 'applied', 'chr', 'was $(secret.psk) $$(');
select is(mdm.node_remove(:'p', array[row('remove', './vendor/msft/p/old', false, null, null, null, null, null, null, null, null, null, null, null)::mdm.node_act]), 1, 'it comes back');
select is((select data from mdm.command where device = :'p' and uri = './Vendor/MSFT/P/Old'), 'was $$(secret.psk) $$$(', 'as it was, whatever is in it');

-- Sizes: with the values of now, and whole.
select admin.variable_set('long', repeat('&', 1000)), admin.variable_set('plain', repeat('x', 1000)) \g /dev/null
select admin.enqueue(:'w', 'Replace', './A', '$(site.long)$(site.long)'), admin.enqueue(:'w', 'Replace', './B', '$(site.plain)'), admin.enqueue(:'w', 'Replace', './C', 'x') \g /dev/null
select results_eq(format('select uri, size >= case uri when ''./A'' then 18000 when ''./B'' then 1000 else 1 end, variables from mdm.command where device = %L order by seq', :'w'),
  $$ values ('./A', true, true), ('./B', true, true), ('./C', true, false) $$, 'what is queued is as large as it may become');
select is_empty(format('select seq from mdm.command where device = %L and size > 30000', :'w'), 'and not much more');
select admin.secret_remove('psk'), admin.secret_remove('pin', :'d'), admin.variable_remove('long') \g /dev/null
select is((select count(*) from admin.secret), 1::bigint, 'secrets go');
select fixture.message(:'w', '1', 1) \g /dev/null
select ok('{}'::jsonb = any (fixture.values(:'w')), 'what is gone has no value when it is sent');
select * from finish();
rollback;

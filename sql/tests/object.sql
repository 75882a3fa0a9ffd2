-- SPDX-License-Identifier: ISC
-- Large objects both ways, and results of every shape.
begin;
\ir fixture.inc
select * from no_plan();
select fixture.enroll('A') as d \gset
select admin.enqueue(:'d', 'Get', './' || n) from unnest('{A,B,DevDetail/SwV}'::text[]) n \g /dev/null
select fixture.message(:'d', '1', 1), fixture.deliver(:'d') \g /dev/null

-- Results that come as (CmdRef, URI, Data, more, Size): the statuses of those that are not 200.
create function fixture.chunk(in_device uuid, in_cmd_refs bigint[], in_uris text[], in_data text[], in_more boolean[] default '{}',
  in_sizes bigint[] default '{}', in_format text default null) returns text[] language sql as
$$ select coalesce(array_agg(concat_ws(' ', ordinal, status)), '{}') from management.result(in_device, array_fill(1::bigint, array[cardinality(in_uris)]),
     in_cmd_refs, in_uris, array_fill(in_format, array[cardinality(in_uris)]), '{}', in_data, in_more, in_sizes) $$;
create function fixture.values(in_device uuid) returns text[] language sql as
$$ select array_agg(uri || '=' || data order by uri) from admin.result where device = in_device $$;

-- In chunks.
select fixture.message(:'d', '1', 2) \g /dev/null
select is(fixture.chunk(:'d', '{5,6,7}', '{./A,./B,./DevDetail/SwV}', '{a,b,c}'), '{}', 'three whole ones');
select fixture.message(:'d', '1', 3) \g /dev/null
select is(fixture.chunk(:'d', '{6,5}', '{./B,./A}', '{b2,aaaa}', '{f,t}', '{NULL,10}'), '{"2 213"}', 'the first chunk');
select is(fixture.values(:'d'), '{./A=a,./B=b2,./DevDetail/SwV=c}', 'is no result yet');
select fixture.deliver(:'d') \g /dev/null
select is(current_setting('synchronous_commit'), 'on', 'but durable');
select is(fixture.message(:'d', '1', 3), '3 repeated', 'the message again');
select is(fixture.chunk(:'d', '{6,5}', '{./B,./A}', '{b2,aaaa}', '{f,t}', '{NULL,10}'), '{"2 213"}', 'the same statuses');
select is((select count(*) from mdm.chunk), 1::bigint, 'and no second chunk');
select fixture.message(:'d', '1', 4) \g /dev/null
select is(fixture.chunk(:'d', '{5}', '{NULL}', '{bbbb}', '{t}'), '{"1 213"}', 'the second, without its name');
select fixture.message(:'d', '1', 5) \g /dev/null
select is(fixture.chunk(:'d', '{5,7}', '{./A,./DevDetail/SwV}', '{cc,d}', '{NULL,NULL}'), '{}', 'the last, and something after it');
select is(fixture.values(:'d'), '{./A=aaaabbbbcc,./B=b2,./DevDetail/SwV=d}', 'is the result');
select is((select count(*) from mdm.chunk), 0::bigint, 'the chunks are gone');
select is((select os_version from admin.device where id = :'d'), 'd', 'DevDetail goes to the inventory');
select fixture.message(:'d', '1', 6) \g /dev/null
select is(fixture.chunk(:'d', '{7,7}', '{./DevDetail/SwV,./DevDetail/SwV}', '{ee,ff}', '{t,f}', '{4,NULL}'), '{"1 213"}', 'both chunks in one message');
select is((select os_version from admin.device where id = :'d'), 'eeff', 'in chunks too');

-- Of the wrong size.
select fixture.message(:'d', '1', 7) \g /dev/null
select is(fixture.chunk(:'d', '{5,5}', '{./A,./A}', '{xxx,yyy}', '{t,f}', '{7,NULL}'), '{"1 213","2 424"}', 'one that is too short');
select is((fixture.values(:'d'))[1], './A=aaaabbbbcc', 'is dropped');
select fixture.message(:'d', '1', 8) \g /dev/null
select is(fixture.chunk(:'d', '{5,5,6}', '{./A,./A,./B}', '{ä,ö,x}', '{t,f,f}', '{2,NULL,2}'), '{"1 213","3 424"}', 'characters will do; a whole one that is too short');
select is(fixture.values(:'d'), '{./A=äö,./B=b2,./DevDetail/SwV=eeff}', 'is dropped too');
select is(array(select mdm.size_fault(d, s) from (values ('abc', 3), ('äb', 3), ('äb', 2), ('QUJD', 4), ('QUJD', 3), (E'QU\r\nJDRA==', 4), ('QUI=', 2), ('', 0), (null, 0), ('abc', null)) v (d, s)),
  array_fill(false, '{10}'), 'sizes that are right: octets, characters, or decoded');
select is(array(select mdm.size_fault(d, s) from (values ('abc', 2), ('abc', 4), ('QUJD', 2), ('QU', 1), (null, 1), ('', 1), ('Q*JD', 3), ('abc', -1)) v (d, s)), array_fill(true, '{8}'), 'and wrong');

-- Too large.
select admin.setting_set('object_maximum', '1000') \g /dev/null
select fixture.message(:'d', '1', 9) \g /dev/null
select is(fixture.chunk(:'d', '{5,6,6}', '{./A,./B,./B}', array[repeat('x', 1001), repeat('x', 600), repeat('x', 401)], '{f,t,t}'), '{"1 413","2 213","3 413"}', 'more than is kept, in one or in chunks');
select is((select count(*) from mdm.chunk), 0::bigint, 'nothing is left of it');
select is(fixture.chunk(:'d', '{5,6,6}', '{./A,./B,./B}', array['x', repeat('x', 600), repeat('y', 400)], '{t,t,f}', '{1001,NULL}'), '{"1 413","2 213"}', 'announced as too large; just not too large');
select is((select length(data) from admin.result where uri = './B'), 1000, 'which is kept');
select admin.setting_set('object_maximum', null) \g /dev/null

-- Broken.
select fixture.message(:'d', '1', 10) \g /dev/null
select is(fixture.chunk(:'d', '{5}', '{./A}', '{xx}', '{t}', '{4}'), '{"1 213"}', 'begun');
select fixture.message(:'d', '1', 11) \g /dev/null
select is(fixture.chunk(:'d', '{6,6}', '{./B,./B}', '{yy,zz}', '{t,f}'), '{"1 213"}', 'broken by another, which is begun');
select is(fixture.values(:'d'), '{./A=äö,./B=yyzz,./DevDetail/SwV=eeff}', 'and ends');
select fixture.message(:'d', '1', 12) \g /dev/null
select is(fixture.chunk(:'d', '{5,7,5}', '{./A,./DevDetail/SwV,./A}', '{xx,whole,yy}', '{t,f,f}'), '{"1 213"}', 'broken by a whole one');
select admin.enqueue(:'d', 'Get', './C') \g /dev/null
select is(fixture.deliver(:'d', 7), '{"7 Alert ./A 1225","8 Get ./C"}', 'an Alert says so, before the commands');
select is(fixture.values(:'d'), '{./A=yy,./B=yyzz,./DevDetail/SwV=whole}', 'the end of it is a result then');
select is(fixture.message(:'d', '1', 12), '12 repeated', 'again');
select is(fixture.chunk(:'d', '{5,7,5}', '{./A,./DevDetail/SwV,./A}', '{xx,whole,yy}', '{t,f,f}'), '{"1 213"}', 'the same statuses');
select is(fixture.deliver(:'d', 7), '{"7 Alert ./A 1225","8 Get ./C"}', 'and Alert');
select fixture.message(:'d', '1', 13) \g /dev/null
select is(fixture.chunk(:'d', '{5}', '{./A}', '{xx}', '{t}'), '{"1 213"}', 'begun');
select is(fixture.deliver(:'d'), '{}', 'nothing is broken');
select is(fixture.message(:'d', '1', 14), '14', 'the package ends');
select is(fixture.deliver(:'d'), '{"5 Alert ./A 1225"}', 'which breaks it');
select is(current_setting('synchronous_commit'), 'on', 'durably');
select is((select count(*) from mdm.chunk), 0::bigint, 'nothing is left');
select is(fixture.message(:'d', '1', 14), '14 repeated', 'again');
select is(fixture.deliver(:'d'), '{"5 Alert ./A 1225"}', 'the same');
select is(fixture.message(:'d', '1', 15), '15', 'the next');
select is(fixture.deliver(:'d'), '{}', 'knows nothing of it');
select is(fixture.chunk(:'d', '{5}', '{./A}', '{xx}', '{t}'), '{"1 213"}', 'begun');
select is(fixture.message(:'d', '1', 16, in_final => false), '16', 'a package that goes on');
select is(fixture.deliver(:'d'), '{}', 'breaks nothing');
select is(fixture.message(:'d', '1', 17), '17', 'one that ends');
select is(fixture.chunk(:'d', '{5}', '{./A}', '{yy}', '{t}'), '{"1 213"}', 'with another chunk');
select is(fixture.deliver(:'d'), '{}', 'does not either');
select is(fixture.message(:'d', '1', 18), '18', 'and when it ends');
select is(fixture.chunk(:'d', '{5}', '{./A}', '{zz}'), '{}', 'with the last');
select is(fixture.deliver(:'d'), '{}', 'all is well');
select is((fixture.values(:'d'))[1], './A=xxyyzz', 'it is a result');
select is(fixture.message(:'d', '1', 19), '19', 'once more');
select is(fixture.chunk(:'d', '{5,6,7}', '{./A,./B,./DevDetail/SwV}', '{x,x,x}', '{t,t,t}'), '{"1 213","2 213","3 213"}', 'three, none with an end');
select is(fixture.deliver(:'d'), '{"5 Alert ./A 1225","6 Alert ./B 1225"}', 'two of them broken');
select fixture.message(:'d', '2', 1) \g /dev/null
select is((select count(*) from mdm.chunk), 0::bigint, 'the third is given up with the session');
select is((select special from mdm.session where device = :'d'), false, 'the next is an ordinary one');
select admin.enqueue(:'d', 'Get', './A'), fixture.message(:'d', '2', 1, 'x'), fixture.deliver(:'d'), fixture.message(:'d', '2', 2) \g /dev/null
select is(fixture.chunk(:'d', '{5}', '{./A}', '{new}'), '{}', 'which knows nothing of it');
select is(fixture.chunk(:'d', '{5,5}', '{./A,./A}', '{xx,yy}', '{t,t}'), '{"1 213","2 213"}', 'begun');
select management.abort(:'d') \g /dev/null
select is((select count(*) from mdm.chunk), 0::bigint, 'and given up by an abort');
select admin.enqueue(:'d', 'Get', './A'), fixture.message(:'d', 's' || i, 1), fixture.deliver(:'d'), fixture.message(:'d', 's' || i, 2), fixture.chunk(:'d', '{5}', '{./A}', '{old}', '{t}'),
  fixture.message(:'d', 's' || i, 3), case i when 2 then management.abort(:'d') end from generate_series(1, 2) i \g /dev/null
select is((select count(*) from mdm.chunk), 0::bigint, 'after sessions that were left or aborted with an object under way');
select fixture.message(:'d', 'n', 1), fixture.deliver(:'d'), fixture.message(:'d', 'n', 2, in_final => false) \g /dev/null
select is(fixture.chunk(:'d', '{5}', '{./A}', '{new}', '{t}', '{6}'), '{"1 213"}', 'another is begun');
select is(fixture.message(:'d', 'n', 3), '3', 'goes on in the next message');
select is(fixture.chunk(:'d', '{5}', '{./A}', '{est}'), '{}', 'and ends there');
select ok('./A=newest' = any (fixture.values(:'d')), 'as a whole');
select is((select count(*) from mdm.chunk), 0::bigint, 'nothing is left of it');
select fixture.message(:'d', '2', 1), fixture.message(:'d', '2', 2), fixture.message(:'d', '2', 3) \g /dev/null
select is(fixture.chunk(:'d', '{99}', '{./X}', '{xx}', '{t}'), '{"1 213"}', 'an object of no command is let through');
select fixture.message(:'d', '2', 4) \g /dev/null
select is(fixture.chunk(:'d', '{99}', '{./X}', '{yy}'), '{}', 'to its end');
select is((select count(*) from admin.result where uri = './X'), 0::bigint, 'and not kept');
select is((select count(*) from admin.event where device = :'d' and kind = 'anomaly'), 2::bigint, 'but noted');

-- Interior nodes and trees.
select fixture.message(:'d', '2', 5) \g /dev/null
select admin.enqueue(:'d', 'Get', './Vendor?list=StructData'), fixture.message(:'d', '3', 1), fixture.deliver(:'d'), fixture.message(:'d', '3', 2) \g /dev/null
select is(fixture.chunk(:'d', '{5,5}', '{./Vendor,./Vendor/M%C3%BCller}', '{M%C3%BCller/%7B1%7D/a%2Fb/plain/100%/%FF/%00x,""}', in_format => 'node'), '{}', 'a tree');
select results_eq($$ select uri, children from admin.result where format = 'node' order by uri $$,
  $$ values ('./Vendor', '{Müller,"{1}",a/b,plain,100%,%FF,%00x}'::text[]), ('./Vendor/M%C3%BCller', '{}') $$, 'child names are decoded');
select is((select children from admin.result where uri = './A' limit 1), null, 'a leaf has none');

-- Out, to a device that takes large objects.
select fixture.enroll('B') as d \gset
select repeat('<&"ä' || chr(128512), 500) as data \gset
select admin.enqueue(:'d', 'Get', './1'), admin.enqueue(:'d', 'Replace', './2', :'data'), admin.enqueue(:'d', 'Get', './3') \g /dev/null
create function fixture.sized(in_device uuid, in_session text, in_msg bigint, in_size bigint default null, in_final boolean default true) returns text language sql as
$$ select m.server_msg || case when m.repeated then ' repeated' else '' end
     from mdm.device d, management.message(d.device, fixture.cert(d.device_id), d.device_id, in_session, in_msg, fixture.h(in_session || in_msg), null, in_final, in_max_msg_size => in_size) m
    where d.device = in_device $$;
create temp table sent (n serial, cmd_id int, uri text, data text, more boolean, size bigint, format text);
select fixture.sized(:'d', '1', 1, 5000), fixture.deliver(:'d'), fixture.sized(:'d', '1', 2), fixture.status(:'d', 1, 5, 200) \g /dev/null
select is((select array_agg(concat_ws(' ', cmd_id, uri, length(data), more, size)) from management.deliver(:'d', 5)), '{"5 ./2 2500 f"}', 'the device does not take them: whole, alone');
select management.abort(:'d') \g /dev/null
select fixture.sized(:'d', '2', 1, 5000), management.devinfo(:'d', '{./DevDetail/LrgObj}', '{true}') \g /dev/null
insert into sent (cmd_id, uri, data, more, size, format) select cmd_id, uri, data, more, size, format from management.deliver(:'d', 5);
select is((select array_agg(concat_ws(' ', cmd_id, uri, more, size, format)) from sent), array['5 ./2 t ' || octet_length(:'data') || ' chr'], 'it does: the first chunk, with the size, alone');
select cmp_ok((select mdm.command_size(uri, 'text/plain', data) from sent), '<=', 5000 - 2048, 'within the budget');
select cmp_ok((select mdm.command_size(uri, 'text/plain', data) from sent), '>', 2500, 'and not too small');
select is(fixture.sized(:'d', '2', 1, 5000), '1 repeated', 'the message again');
select is((select data from management.deliver(:'d', 5)), (select data from sent), 'the same chunk');
select fixture.sized(:'d', '2', 2, null, false) \g /dev/null
select is(fixture.deliver(:'d'), '{}', 'no answer, nothing more');
select fixture.sized(:'d', '2', 3, null, false), fixture.status(:'d', 1, 5, 213) \g /dev/null
insert into sent (cmd_id, uri, data, more, size, format) select cmd_id, uri, data, more, size, format from management.deliver(:'d', 7);
select is((select concat_ws(' ', cmd_id, uri, more, size) from sent where n = 2), '7 ./2 t', 'the second, though the package is not at its end');
select is(fixture.sized(:'d', '2', 3, null, false), '3 repeated', 'the message again');
select is((select data from management.deliver(:'d', 7)), (select data from sent where n = 2), 'the same chunk');
create function fixture.rest(in_device uuid, in_session text) returns void language plpgsql as
$$ declare m bigint := (select client_msg from mdm.session where device = in_device); begin
  while (select more from sent order by n desc limit 1) loop
    m := m + 1;
    perform fixture.sized(in_device, in_session, m);
    perform fixture.status(in_device, m - 1, (select cmd_id from sent order by n desc limit 1), 213);
    insert into sent (cmd_id, uri, data, more, size, format) select cmd_id, uri, data, more, size, format from management.deliver(in_device, 5);
  end loop; end $$;
select fixture.rest(:'d', '2') \g /dev/null
select is((select string_agg(data, '' order by n) from sent), :'data', 'all of it');
select is((select count(*) from sent where uri = './2' and (more or n = (select max(n) from sent)) and (size is null) = (n > 1)), (select count(*) from sent), 'more but with the last, size with the first');
select is((select attempts from admin.command where device = :'d' and uri = './2'), 2, 'which is one attempt');
select fixture.sized(:'d', '2', (select client_msg + 1 from mdm.session where device = :'d')) \g /dev/null
select is(fixture.deliver(:'d'), '{}', 'the others wait for its outcome');
select fixture.status(:'d', (select client_msg - 1 from mdm.session where device = :'d'), 5, 200) \g /dev/null
select is((select state from admin.command where device = :'d' and uri = './2'), 'done', 'done');
select is(fixture.deliver(:'d'), '{"5 Get ./3"}', 'then the queue goes on');
select admin.enqueue(:'d', 'Replace', './4', :'data') \g /dev/null
select fixture.sized(:'d', '3', 1, 5000), fixture.deliver(:'d') \g /dev/null
select fixture.sized(:'d', '3', 2), fixture.status(:'d', 1, 5, 200), fixture.deliver(:'d') \g /dev/null
select fixture.sized(:'d', '3', 3), fixture.status(:'d', 2, 5, 213), fixture.deliver(:'d') \g /dev/null
select fixture.sized(:'d', '4', 1) \g /dev/null
select is((select concat_ws(' ', cmd_id, uri, length(data), more, size) from management.deliver(:'d', 5)), '5 ./4 2500 f', 'a new session that announces nothing: whole');
select fixture.sized(:'d', '5', 1, 5000) \g /dev/null
select is((select size from management.deliver(:'d', 5)), octet_length(:'data')::bigint, 'one that does: from the beginning');
select fixture.sized(:'d', '5', 2), fixture.status(:'d', 1, 5, 413) \g /dev/null
select is((select concat_ws(' ', state, status) from admin.command where device = :'d' and uri = './4'), 'failed 413', 'refused in the middle');
select admin.enqueue(:'d', 'Replace', './5', :'data') \g /dev/null
select fixture.sized(:'d', '6', 1, 5000), fixture.deliver(:'d'), fixture.sized(:'d', '6', 2), fixture.status(:'d', 1, 5, 213), fixture.deliver(:'d') \g /dev/null
select fixture.sized(:'d', '6', 3), fixture.status(:'d', 2, 5, 417) \g /dev/null
select is(fixture.deliver(:'d'), '{}', 'put off in the middle');
select fixture.sized(:'d', '7', 1, 5000) \g /dev/null
select is((select size from management.deliver(:'d', 5)), octet_length(:'data')::bigint, 'begins anew in the next session');
\ir invariant.inc
select * from finish();
rollback;

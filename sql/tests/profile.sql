-- SPDX-License-Identifier: ISC
-- Profiles: what an administrator says that devices are to be.
begin;
\ir fixture.inc
select * from no_plan();
create function fixture.raised(in_from bigint) returns bigint language sql as 'select revision - in_from from mdm.session_rule';
select revision as r from mdm.session_rule \gset

-- Lists of items.
select is(admin.profile_set('p', '[{"uri": " ./Device/Vendor/MSFT/Policy/Config/A/Int ", "data": 1}, {"uri": "./Vendor/MSFT/Policy/Config/A/Bool", "data": true},
  {"verb": "Add", "uri": "./Vendor/MSFT/WiFi/Profile/Net/WlanXml", "data": "<x/>"}, {"verb": "Exec", "uri": "./Vendor/MSFT/Sim/Run", "format": "null"},
  {"verb": "Delete", "uri": "./Vendor/MSFT/Sim/Off"}]'), true, 'a profile');
select results_eq('select item, verb, uri, format, type, data, remove, compare from admin.profile_item order by item',
  $$ values (1, 'Replace', './Device/Vendor/MSFT/Policy/Config/A/Int', 'int', 'text/plain', '1', './Device/Vendor/MSFT/Policy/Config/A/Int', 'value'),
    (2, 'Replace', './Vendor/MSFT/Policy/Config/A/Bool', 'bool', 'text/plain', 'true', './Vendor/MSFT/Policy/Config/A/Bool', 'value'),
    (3, 'Add', './Vendor/MSFT/WiFi/Profile/Net/WlanXml', 'chr', 'text/plain', '<x/>', './Vendor/MSFT/WiFi/Profile/Net', 'there'),
    (4, 'Exec', './Vendor/MSFT/Sim/Run', 'null', 'text/plain', null, null, 'none'),
    (5, 'Delete', './Vendor/MSFT/Sim/Off', 'chr', 'text/plain', null, null, 'absent') $$, 'its items');
select is(admin.profile_set('p', '[{"uri": "./Device/Vendor/MSFT/Policy/Config/A/Int", "format": "int", "data": "1", "type": "text/plain"}, {"uri": "./Vendor/MSFT/Policy/Config/A/Bool", "data": true},
  {"verb": "Add", "uri": "./Vendor/MSFT/WiFi/Profile/Net/WlanXml", "data": "<x/>"}, {"verb": "Exec", "uri": "./Vendor/MSFT/Sim/Run", "format": "null"},
  {"verb": "Delete", "uri": "./Vendor/MSFT/Sim/Off"}]'), false, 'the same, written otherwise');
select is(fixture.raised(:r), 1::bigint, 'one revision');
select is(fixture.events(null), '{profile.set}', 'and one event');
select is(admin.profile_item_set('p', './Vendor/MSFT/policy/config/a/int', '2', 'int'), true, 'an item is known by its node');
select is(admin.profile_item_set('p', './Vendor/MSFT/policy/config/a/int', '2', 'int'), false, 'once');
select is(admin.profile_item_set('p', './Vendor/MSFT/Policy/Config/A/New', 'x'), true, 'another one');
select is((select array_agg(concat_ws(' ', item, verb, uri, data) order by item) from admin.profile_item where item in (1, 6)),
  '{1 Replace ./Vendor/MSFT/policy/config/a/int 2,6 Replace ./Vendor/MSFT/Policy/Config/A/New x}', 'in their places');
select is(admin.profile_item_remove('p', './Device/Vendor/MSFT/Sim/Off'), true, 'less one');
select is(admin.profile_item_remove('p', './Device/Vendor/MSFT/Sim/Off'), false, 'once');
select is((select array_agg(item order by item) from admin.profile_item), '{1,2,3,4,5}', 'are counted anew');
select is(fixture.raised(:r), 4::bigint, 'each raised the revision');
select lives_ok($$ select admin.profile_item_remove('p', uri) from admin.profile_item where item < 5 $$, 'all but one');
select throws_ok($$ select admin.profile_item_remove('p', './Vendor/MSFT/Policy/Config/A/New') $$, 'MD400', 'items: there is none', 'the last one stays');
select is(admin.profile_set('p', '[{"uri": "./Vendor/MSFT/A", "data": "x"}]', in_description => 'an A'), true, 'changed whole');
select revision as r from mdm.session_rule \gset
select is(admin.profile_set('p', '[{"uri": "./Vendor/MSFT/A", "data": "x"}]', in_description => 'one A'), true, 'another description');
select is(fixture.raised(:r), 0::bigint, 'concerns no device');
select is(admin.profile_set('p', '[{"uri": "./Vendor/MSFT/A", "data": "x"}]', true, 7, true, '{"all": []}'), true, 'options');
select results_eq('select name, description, priority, atomic, restore, rule, items, assigned, excluded, generation from admin.profile',
  $$ values ('p', null, 7, true, true, '{"all": []}'::jsonb, 1::bigint, '{}'::text[], '{}'::text[], 1::bigint) $$, 'are shown');

-- What is refused.
create function fixture.refused(in_items jsonb) returns text language plpgsql as
$$ begin perform admin.profile_set('q', in_items); return 'taken'; exception when sqlstate 'MD400' then return sqlerrm; end $$;
select bag_eq($$ select fixture.refused(r.items) like r.why from (values
  (null::jsonb, 'items: must be a list%'), ('{}', 'items: must be a list%'), ('[]', 'items: there is none'), ('[1]', 'item 1: must be an object'),
  ('[{"uri": "./A", "data": "x"}, {"data": "x"}]', 'item 2: LocURI: is missing'), ('[{"uri": "./A", "value": "x"}]', 'item 1: has "value", which is none of%'),
  ('[{"uri": 1}]', 'item 1: uri: must be a text'), ('[{"uri": "./A", "data": {}}]', 'item 1: data: must be a text, a number%'),
  ('[{"uri": "./A", "verb": "Get"}]', 'item 1: verb: a profile takes no Get%'), ('[{"uri": "./A", "verb": "Atomic"}]', 'item 1: verb: must be%'),
  ('[{"uri": "./A", "format": "int", "data": "x"}]', 'item 1: data: is not an int'), ('[{"uri": "./A"}]', 'item 1: data: Replace needs it%'),
  ('[{"uri": "./Vendor/A", "data": "1"}, {"uri": "./device/vendor/a", "verb": "Add", "data": "1"}]', 'uri: stands twice, %')) r (items, why) $$,
  array_fill(true, array[13]), 'bad items are named');
select throws_ok('select admin.profile_set(E''a\n'', ''[{"uri": "./A", "data": "x"}]'')', 'MD400', null, 'a bad name');
select throws_ok('select admin.profile_set(''q'', ''[{"uri": "./A", "data": "x"}]'', null)', 'MD400', 'atomic, restore: must be true or false', 'atomic or not');
select throws_ok('select admin.profile_set(''q'', ''[{"uri": "./A", "data": "x"}]'', false, 1001)', 'MD400', 'priority: must be from -1000 to 1000', 'a priority');
select throws_ok('select admin.profile_set(''q'', ''[{"uri": "./A", "data": "x"}]'', in_rule => ''{}'')', 'MD400', null, 'a rule');
select throws_ok('select admin.profile_set(''q'', ''[{"uri": "./A", "data": "x"}]'', in_description => repeat(''x'', 1001))', 'MD400', null, 'a description');
select throws_ok('select admin.profile_set(''q'', ''[{"uri": "./User/A", "data": "x"}, {"uri": "./B", "data": "x"}]'', true)', 'MD400',
  'Atomic: mixes ./User with ./Device', 'an Atomic of both scopes');
select lives_ok('select admin.profile_set(''q'', ''[{"uri": "./User/A", "data": "x"}, {"uri": "./B", "data": "x"}]'')', 'each for itself they may');
select throws_ok('select admin.profile_item_set(''none'', ''./A'', ''x'')', 'MD404', 'no profile "none"', 'no such profile');
select throws_ok('select admin.profile_item_remove(''none'', ''./A'')', 'MD404', 'no profile "none"', 'nor here');

-- SyncML as it is shared.
create function fixture.import(in_syncml text, in_atomic boolean default null) returns text[] language plpgsql as
$$ begin
  perform admin.profile_import('i', in_syncml, in_atomic);
  return (select array[p.atomic::text] || array_agg(concat_ws(' ', i.verb, i.uri, i.format, i.type, i.data) order by i.item)
    from admin.profile p join admin.profile_item i on i.profile = p.name where p.name = 'i' group by p.atomic);
exception when sqlstate 'MD400' then return array[sqlerrm]; end $$;
select is(fixture.import($x$<?xml version="1.0"?>
<!-- wallpaper --><Replace><CmdID>1</CmdID><Item><Target><LocURI>
  ./Device/Vendor/MSFT/Personalization/DesktopImageUrl </LocURI></Target><Meta><Format xmlns="syncml:metinf">chr</Format></Meta>
  <Data><![CDATA[https://x/?a=1&b=2]]></Data></Item></Replace>
<Add><Item><Meta><Format xmlns="syncml:metinf">b64</Format><Type>application/x-x509</Type></Meta><Target><LocURI>./Vendor/MSFT/C</LocURI></Target><Data>AA==</Data></Item></Add>
<Exec><Item><Target><LocURI>./Vendor/MSFT/D</LocURI></Target></Item></Exec>$x$),
  '{false,Replace ./Device/Vendor/MSFT/Personalization/DesktopImageUrl chr text/plain https://x/?a=1&b=2,Add ./Vendor/MSFT/C b64 application/x-x509 AA==,Exec ./Vendor/MSFT/D chr text/plain}',
  'a fragment of several commands');
select is(fixture.import('<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr/><SyncBody><Atomic><CmdID>2</CmdID><Replace><Item><Target><LocURI>./A</LocURI></Target><Data>&lt;enabled/&gt;</Data></Item>'
  || '<Item><Target><LocURI>./B</LocURI></Target><Data>2</Data></Item></Replace></Atomic><Final/></SyncBody></SyncML>'),
  '{true,"Replace ./A chr text/plain <enabled/>","Replace ./B chr text/plain 2"}', 'a whole message with an Atomic');
select is((fixture.import('<Atomic><Add><Item><Target><LocURI>./A</LocURI></Target><Data>1</Data></Item></Add></Atomic>', false))[1], 'false', 'which need not be kept');
select is(fixture.import('<SyncBody><Delete><Item><Target><LocURI>./A</LocURI></Target></Item></Delete></SyncBody>'), '{false,Delete ./A chr text/plain}', 'a body');
select is(admin.profile_import('i', '<Delete><CmdID>9</CmdID><Item><Target><LocURI>./A</LocURI></Target></Item></Delete>'), false, 'the same again changes nothing');
select is(fixture.import(x), array[why], 'refused: ' || why) from (values
  (null, 'syncml: is missing'), (' ', 'syncml: is missing'), ('<a', 'syncml: is not well-formed XML'), ('<!DOCTYPE a><a/>', 'syncml: must not have a DOCTYPE'),
  ('<Final/>', 'syncml: has no command'), ('<Atomic><Add><Item><Target><LocURI>./A</LocURI></Target><Data>1</Data></Item></Add></Atomic><Delete><Item><Target><LocURI>./B</LocURI></Target></Item></Delete>',
   'Atomic: must be the only one; make a profile for each'),
  ('<Get><Item><Target><LocURI>./A</LocURI></Target></Item></Get>', 'item 1: verb: a profile takes no Get; what can be read is read back'),
  ('<Foo/>', 'verb: must be Add, Replace, Delete, Get, Exec, Atomic or Sequence')) r (x, why);

-- Assignments.
select admin.group_set('g');
select revision as r from mdm.session_rule \gset
select is(admin.assign('p', 'all'), true, 'assigned');
select is(admin.assign('p', 'all'), false, 'once');
select is(admin.assign('p', 'all', false, 3), true, 'with a priority');
select is(admin.assign('p', 'g', true), true, 'but not there');
select is(fixture.raised(:r), 3::bigint, 'three revisions');
select results_eq('select profile, group_name, exclude, priority from admin.assignment order by 2',
  $$ values ('p', 'all', false, 3), ('p', 'g', true, null) $$, 'the assignments');
select results_eq('select assigned, excluded from admin.profile where name = ''p''', $$ values ('{all}'::text[], '{g}'::text[]) $$, 'and with the profile');
select is((select profiles from admin.group where name = 'all'), '{p}', 'and with the group');
select throws_ok('select admin.assign(''none'', ''all'')', 'MD404', 'no profile "none"', 'no such profile');
select throws_ok('select admin.assign(''p'', ''none'')', 'MD404', 'no group "none"', 'no such group');
select throws_ok('select admin.assign(''p'', ''all'', null)', 'MD400', null, 'exclude or not');
select throws_ok('select admin.assign(''p'', ''all'', false, 1001)', 'MD400', null, 'too high a priority');
select throws_ok('select admin.assign(''p'', ''all'', true, 1)', 'MD400', 'priority: an exclusion has none', 'a priority of nothing');
select is(admin.unassign('p', 'g'), true, 'taken back');
select is(admin.unassign('p', 'g'), false, 'once');
select lives_ok('select admin.profile_remove(''p'')', 'removed');
select is_empty('select from mdm.assignment union all select from mdm.profile_item where profile = ''p''', 'with all that belongs to it');
select throws_ok('select admin.profile_remove(''p'')', 'MD404', 'no profile "p"', 'once');
select throws_ok('select admin.profile_resend(''p'')', 'MD404', 'no profile "p"', 'and not sent again');

-- How nodes are removed and read.
select bag_eq($$ select concat_ws(' ', k.remove, k.compare) from (values ('Replace', './Device/Vendor/MSFT/RootCATrustedCertificates/Root/AB/EncodedCertificate', 'b64'),
  ('Exec', './Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/%7BA%7D/DownloadInstall', 'xml'), ('Replace', './User/Vendor/MSFT/VPNv2/V/ProfileXML', 'chr'), ('Exec', './Vendor/MSFT/Reboot/RebootNow', 'null'),
  ('Add', './Vendor/MSFT/Accounts/Users/u/Password', 'chr'), ('Add', './Vendor/MSFT/X', 'node'), ('Replace', './DevDetail/Ext/Microsoft/DeviceName', 'chr')) v (verb, uri, format),
  mdm.node_kind(v.verb, v.uri, v.format, 'x') k $$,
  array['./Device/Vendor/MSFT/RootCATrustedCertificates/Root/AB value', './Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/%7BA%7D none', './User/Vendor/MSFT/VPNv2/V there',
    'none', './Vendor/MSFT/Accounts/Users/u none', './Vendor/MSFT/X there', './DevDetail/Ext/Microsoft/DeviceName value'], 'nodes unlike most');
select is((mdm.node_kind('Replace', './Vendor/MSFT/X', 'chr', 'a $(device.name)')).compare, 'there', 'what is filled in for each device is not compared');
select is(mdm.value_same(f, w, h), s, concat_ws(' ', f, w, h)) from (values ('int', '1', '01', true), ('int', '1', '2', false), ('int', '1', '', false), ('bool', 'true', 'TRUE', true), ('bool', 'true', '1', true),
  ('bool', 'false', 'true', false), ('b64', E'AA\nBB', 'AABB', true), ('b64', 'AAbb', 'AABB', false), ('chr', '<Enabled/> <data id="A" />', '<enabled/><data id="A"/>', true), ('chr', 'A', 'a', false),
  ('chr', E'a\r\nb ', E'a\nb', true), ('chr', null, '', true), ('chr', 'a', null, false)) v (f, w, h, s);
select is(admin.status_words(404, '0x86000002'), 'The device has no such node: this version or edition of Windows does not know it, or what it belongs to is missing. 0x86000002: the node was not found', 'a status in words');
select is(admin.status_words(200, null), null, 'success needs none');
select is(admin.status_words(null, 'quarantined'), 'the device never answered it', 'nor does silence stay unsaid');

-- Readings are spread over the interval.
select is((select count(distinct mdm.verify_slot(d, t)) > 90 and bool_and(mdm.verify_slot(d, t) <= t and mdm.verify_slot(d, t) > t - interval '24 hours')
  from (select gen_random_uuid() as d, timestamptz '2026-11-22 12:00+00' as t from generate_series(1, 100)) x), true, 'each device has its own time of the day');
select admin.setting_set('verify_interval', '0');
select is(mdm.verify_slot(gen_random_uuid(), now()), null, 'or none');
select * from finish();
rollback;

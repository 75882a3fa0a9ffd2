-- SPDX-License-Identifier: ISC
-- The catalogue of nodes: what DDF and ADMX files say, and what is then
-- refused before a device refuses it.
begin;
\ir fixture.inc
select * from no_plan();
\set vault `cat ../../tests/command/data/ddf/Vault.xml`
\set mail `cat ../../tests/command/data/ddf/Mail.xml`
\set kiosk `cat ../../tests/command/data/Kiosk.admx`
select fixture.enroll('A') as d \gset
update mdm.device set os_version = '10.0.19044.1705' where device = :'d';

-- Without a catalogue nothing is checked.
select lives_ok(format('select admin.enqueue(%L, ''Get'', ''./Vendor/MSFT/Vault/Nothing'')', :'d'), 'nothing is known: nothing is refused');

-- Import.
select is(admin.csp_import('Vault.xml', :'vault'), 15, 'nodes of the file');
select is((select count(*) from admin.csp_node), 15::bigint, 'all there');
select results_eq('select root, uri, file, nodes from admin.csp_root',
  $$ values ('./vendor/msft/vault', './Device/Vendor/MSFT/Vault', 'Vault.xml', 15) $$, 'below one topmost node');
select results_eq('select path, uri, name, naming, atomic from admin.csp_node where path like ''%keys%'' order by path collate "C"', $$ values
  ('./vendor/msft/vault/keys', './Device/Vendor/MSFT/Vault/Keys', 'Keys', null, true),
  ('./vendor/msft/vault/keys/*', './Device/Vendor/MSFT/Vault/Keys/{KeyID}', '', 'server', true),
  ('./vendor/msft/vault/keys/*/secret', './Device/Vendor/MSFT/Vault/Keys/{KeyID}/Secret', 'Secret', null, true),
  ('./vendor/msft/vault/keys/default', './Device/Vendor/MSFT/Vault/Keys/Default', 'Default', null, true),
  ('./vendor/msft/vault/keys/default/hint', './Device/Vendor/MSFT/Vault/Keys/Default/Hint', 'Hint', null, true) $$,
  'names that are not fixed, and what is inherited');
select results_eq('select verbs, format, preset, occurrence, permanent, csp_version, editions, os_builds, allowed, behaviour
  from admin.csp_node where name = ''Mode''', $$ values ('{Add,Delete,Get,Replace}'::text[], 'int', '0', 'ZeroOrOne', false, '1.0',
  '{0x4,0x1B,0x30}'::text[], '{10.0.15063}'::text[], '[{"value": "0", "description": "Off."}, {"value": "1", "description": "On."}]'::jsonb,
  '{"conflict": "HighestValueMostSecure", "group policy": "Vault~AT~Top: Turn the vault on"}'::jsonb) $$, 'what a node says of itself');
select results_eq('select os_builds, deprecated, allowed, permanent from admin.csp_node where name = ''Days''',
  $$ values ('{10.0.22000,10.0.19044.1706}'::text[], '10.0.26100', '[{"value": "[0-30],[99]"}]'::jsonb, true) $$, 'and another');
select is((select admx from admin.csp_node where name = 'Backed'), '{"area": "Vault~AT~Top", "name": "Backed_Name", "file": "Vault.admx"}', 'the ADMX policy behind one');
select is((select delimiter from admin.csp_node where name = 'Codes'), ';', 'what parts a list');
create temp table before as select * from admin.csp_node;
select is(admin.csp_import('Vault.xml', :'vault'), 15, 'the same again');
select results_eq('select * from admin.csp_node order by path', 'select * from before order by path', 'changes nothing');
select is(admin.csp_import('Other.xml', replace(:'vault', 'Mode</', 'Way</')), 15, 'the same node by another file');
select results_eq('select distinct file from admin.csp_node', $$ values ('Other.xml') $$, 'takes the place of the first');
select is_empty('select * from admin.csp_node where name = ''Mode''', 'whole');
select is(admin.csp_import('Other.xml', :'mail'), 3, 'another content by the same name');
select bag_eq('select root from admin.csp_root', '{./user/vendor/msft/mail,./vendor/msft/policy/config/letter}'::text[], 'takes the place as well');
select is(admin.csp_import('Vault.xml', U&'\FEFF' || :'vault'), 15, 'with a byte order mark');
select is((select array_agg(detail->>'file' order by seq) from admin.event where kind = 'csp.imported'),
  '{Vault.xml,Vault.xml,Other.xml,Other.xml,Vault.xml}', 'each import left its event');

-- Files that are none.
select throws_ok(format('select admin.csp_import(''x.xml'', %L)', text), 'MD400', said, coalesce(said, text)) from (values
  (null, 'x.xml: is empty'), ('', 'x.xml: is empty'), ('<MgmtTree>', null), ('MgmtTree', null),
  ('<Tree/>', 'x.xml: the root element is Tree, not MgmtTree'), ('<MgmtTree/>', 'x.xml: describes no node'),
  ('<MgmtTree><Node><NodeName>A</NodeName><Path>./X</Path></Node></MgmtTree>', 'x.xml: node "A" below "./X" has 0 DFProperties, not one'),
  ('<MgmtTree><Node><NodeName>A</NodeName><DFProperties/></Node></MgmtTree>', 'x.xml: topmost node "A" has no good Path: ""'),
  ('<MgmtTree><Node><NodeName/><Path>./X</Path><DFProperties/></Node></MgmtTree>', 'x.xml: topmost node "" has no good Path: "./X"'),
  ('<MgmtTree><Node><NodeName>A</NodeName><Path>./X</Path><DFProperties/><Node><NodeName>a/b</NodeName><DFProperties/></Node></Node></MgmtTree>', 'x.xml: "a/b" is no name of a node'),
  ('<!DOCTYPE x [<!ENTITY e "f">]><MgmtTree>&e;</MgmtTree>', 'x.xml: must not declare entities')) v (text, said);
select throws_ok('select admin.csp_import(''a/b'', ''<x/>'')', 'MD400', null, 'a name that is none');
select is((select count(*) from admin.csp_node), 18::bigint, 'what was refused changed nothing');

-- What is wrong with a command.
create temp table tried (verb text, uri text, data text, format text, fault text);
insert into tried values
  ('Get', './Vendor/MSFT/Vault', null, 'chr', null),
  ('Get', './Device/Vendor/MSFT/VAULT/mode', null, 'chr', null),
  ('Get', './Vendor/MSFT/Vault/Mode?prop=Type', null, 'chr', null),
  ('Get', './Vendor/MSFT/Unknown/A', null, 'chr', null),
  ('Get', './Vendor/MSFT', null, 'chr', null),
  ('Get', './Vendor/MSFT/Vaults', null, 'chr', null),
  ('Get', './Vendor/MSFT/Policy/Config/Other/X', null, 'chr', null),
  ('Get', './Vendor/MSFT/Vault/Node', null, 'chr',
   'LocURI: there is no "node" below ./Device/Vendor/MSFT/Vault, only Backed, Blob, Codes, Days, Keys, Lock, Mode, Parts, Plan, Rules'),
  ('Get', './Vendor/MSFT/Vault/Mode/Deep/er', null, 'chr', 'LocURI: there is no "deep" below ./Device/Vendor/MSFT/Vault/Mode'),
  ('Replace', './Vendor/MSFT/Policy/Config/Letter/X', '1', 'int', 'LocURI: there is no "x" below ./Vendor/MSFT/Policy/Config/Letter'),
  ('Get', './User/Vendor/MSFT/Vault/Mode', null, 'chr', 'scope: ./Device/Vendor/MSFT/Vault is there for the device, not for users'),
  ('Get', './Vendor/MSFT/Mail/Server', null, 'chr', 'scope: ./User/Vendor/MSFT/Mail is there for users, not for the device'),
  ('Get', './User/Vendor/MSFT/Mail/Server', null, 'chr', null),
  ('Delete', './Vendor/MSFT/Vault/Days', null, 'chr', 'verb: ./Device/Vendor/MSFT/Vault/Days takes Get, Replace'),
  ('Get', './Vendor/MSFT/Vault/Lock', null, 'chr', 'verb: ./Device/Vendor/MSFT/Vault/Lock takes Exec'),
  ('Exec', './Vendor/MSFT/Vault/Lock', null, 'null', null),
  ('Replace', './Vendor/MSFT/Vault/Mode', '1', 'int', null),
  ('Replace', './Vendor/MSFT/Vault/Mode', '01', 'int', null),
  ('Replace', './Vendor/MSFT/Vault/Mode', '1', 'chr', 'format: ./Device/Vendor/MSFT/Vault/Mode is int, not chr'),
  ('Replace', './Vendor/MSFT/Vault/Mode', '2', 'int', 'data: ./Device/Vendor/MSFT/Vault/Mode: "2" is none of 0 (Off.), 1 (On.)'),
  ('Replace', './Vendor/MSFT/Vault/Parts', '5', 'int', null),
  ('Replace', './Vendor/MSFT/Vault/Parts', '0', 'int', null),
  ('Replace', './Vendor/MSFT/Vault/Parts', '2', 'int', 'data: ./Device/Vendor/MSFT/Vault/Parts: 2 is no sum of 0x1, 0x4'),
  ('Replace', './Vendor/MSFT/Vault/Parts', '-1', 'int', 'data: ./Device/Vendor/MSFT/Vault/Parts: -1 is no sum of 0x1, 0x4'),
  ('Replace', './Vendor/MSFT/Vault/Codes', 'AB1;CD22', 'chr', null),
  ('Replace', './Vendor/MSFT/Vault/Codes', 'AB1;x', 'chr', 'data: ./Device/Vendor/MSFT/Vault/Codes: "x" does not match [A-Z]{2}[0-9]+'),
  ('Replace', './Vendor/MSFT/Vault/Codes', 'x$(device.name)', 'chr', null),
  ('Add', './Vendor/MSFT/Vault/Blob', 'QUJD', 'b64', null),
  ('Add', './Vendor/MSFT/Vault/Blob', 'QUJD', 'chr', null),
  ('Add', './Vendor/MSFT/Vault/Blob', '1', 'int', 'format: ./Device/Vendor/MSFT/Vault/Blob is bin, not int'),
  ('Replace', './Vendor/MSFT/Vault/Plan', '<a/>', 'chr', null),
  ('Replace', './Vendor/MSFT/Vault/Plan', 'a', 'chr', 'data: ./Device/Vendor/MSFT/Vault/Plan: must be an XML document'),
  ('Replace', './Vendor/MSFT/Vault/Rules', '{"a": 1}', 'chr', null),
  ('Replace', './Vendor/MSFT/Vault/Rules', '{a}', 'chr', 'data: ./Device/Vendor/MSFT/Vault/Rules: must be JSON'),
  ('Replace', './Vendor/MSFT/Vault/Backed', '<enabled/><data id="a" value="1"/>', 'chr', null),
  ('Replace', './Vendor/MSFT/Vault/Backed', '<disabled/>', 'chr', null),
  ('Replace', './Vendor/MSFT/Vault/Backed', '1', 'chr', 'data: ./Device/Vendor/MSFT/Vault/Backed: must be <enabled/> with <data id="" value=""/>, or <disabled/>'),
  ('Replace', './Vendor/MSFT/Vault/Backed', '<enabled/><data id="a"/>', 'chr', 'data: ./Device/Vendor/MSFT/Vault/Backed: each <data/> must have id and value'),
  ('Replace', './Vendor/MSFT/Vault/Backed', '<disabled/><data id="a" value=""/>', 'chr', 'data: ./Device/Vendor/MSFT/Vault/Backed: takes no <data/> with <disabled/>'),
  ('Add', './Vendor/MSFT/Vault/Keys/%7B1%7D', null, 'node', null),
  ('Add', './Vendor/MSFT/Vault/Keys/any/Secret', 'x', 'chr', null),
  ('Get', './Vendor/MSFT/Vault/Keys/any/Secret', null, 'chr', 'verb: ./Device/Vendor/MSFT/Vault/Keys/{KeyID}/Secret takes Add, Replace'),
  ('Delete', './Vendor/MSFT/Vault/Keys/default', null, 'chr', 'verb: ./Device/Vendor/MSFT/Vault/Keys/Default takes Get'),
  ('Get', './Vendor/MSFT/Vault/Keys/Default/Hint', null, 'chr', null),
  ('Add', './Vendor/MSFT/Vault/Keys/Default/Secret', 'x', 'chr', null),
  ('Get', './Vendor/MSFT/Vault/Keys/any/Hint', null, 'chr', 'LocURI: there is no "hint" below ./Device/Vendor/MSFT/Vault/Keys/{KeyID}, only Secret');
select is(mdm.csp_fault(verb, uri, data, format), fault, concat_ws(' ', verb, uri, data)) from tried;
select is(admin.csp_check(verb, uri, data, format), fault, 'and asked for: ' || concat_ws(' ', verb, uri, data)) from tried;
select is(admin.csp_check('get', './A'), 'verb: must be Add, Replace, Delete, Get or Exec', 'which knows the other rules too');
select is(mdm.csp_fault('Get', './Vendor/MSFT/Vault/Days', null, 'chr', os), fault, 'build ' || coalesce(os, 'unknown')) from (values
  (null, null), ('10.0.22000.1', null), ('10.0.26100.1', null), ('10.0.19044.1706', null), ('10.0.19044.2000', null), ('not a version', null),
  ('10.0.19044.1705', 'OS build: ./Device/Vendor/MSFT/Vault/Days needs 10.0.22000 or 10.0.19044.1706, the device has 10.0.19044.1705'),
  ('10.0.19045.3000', 'OS build: ./Device/Vendor/MSFT/Vault/Days needs 10.0.22000 or 10.0.19044.1706, the device has 10.0.19045.3000')) v (os, fault);
select is(mdm.csp_fault('Replace', './Vendor/MSFT/Vault/Days', data, 'int'),
  case when not good then format('data: ./Device/Vendor/MSFT/Vault/Days: %s is not in [0-30],[99]', data) end, 'range ' || data)
  from (values ('0', true), ('30', true), ('99', true), ('+7', true), ('31', false), ('-1', false), ('98', false), ('99999999999999999999', false)) v (data, good);
update mdm.csp_node set os_builds = '{99.9.9999}' where name = 'Days';
select is(mdm.csp_fault('Get', './Vendor/MSFT/Vault/Days', null, 'chr', '10.0.1.1'), null, 'what is in no release yet');
update mdm.csp_node set os_builds = '{10.0.22000}' where name = 'Days';
update mdm.csp_node set allowed = '[{"value": "["}]' where name = 'Codes';
select is(mdm.csp_fault('Replace', './Vendor/MSFT/Vault/Codes', 'x', 'chr'), null, 'a pattern that is none here is not tried');
update mdm.csp_node set allowed = '[{"value": "0 to 5"}]' where name = 'Parts';
update mdm.csp_node set value_type = 'Range' where name = 'Parts';
select is(mdm.csp_fault('Replace', './Vendor/MSFT/Vault/Parts', '9', 'int'), null, 'nor a range in prose');

-- What is done about it.
select throws_ok(format('select admin.enqueue(%L, ''Get'', ''./Vendor/MSFT/Vault/X'')', :'d'), 'MD400',
  (select mdm.csp_fault('Get', './Vendor/MSFT/Vault/X', null, 'chr')), 'refused when it is queued');
select throws_ok(format('select admin.enqueue(%L, ''Get'', ''./Vendor/MSFT/Vault/Days'')', :'d'), 'MD400',
  'OS build: ./Device/Vendor/MSFT/Vault/Days needs 10.0.22000, the device has 10.0.19044.1705', 'by the build of this very device');
select throws_ok(format('select admin.enqueue_syncml(%L, ''<Atomic><Replace><Item><Target><LocURI>./Vendor/MSFT/Vault/Mode</LocURI></Target><Meta><Format>int</Format></Meta><Data>1</Data></Item></Replace>
  <Replace><Item><Target><LocURI>./Vendor/MSFT/Vault/Mode</LocURI></Target><Meta><Format>int</Format></Meta><Data>7</Data></Item></Replace></Atomic>'')', :'d'), 'MD400',
  'data: ./Device/Vendor/MSFT/Vault/Mode: "7" is none of 0 (Off.), 1 (On.)', 'in a group as well');
select lives_ok(format('select admin.enqueue(%L, ''Replace'', ''./Vendor/MSFT/Vault/Mode'', ''1'', ''int'')', :'d'), 'what is good is queued');
select admin.setting_set('csp_check', 'warn') \g /dev/null
set local client_min_messages = error;
select lives_ok(format('select admin.enqueue(%L, ''Get'', ''./Vendor/MSFT/Vault/X'')', :'d'), 'or only warned of');
reset client_min_messages;
select admin.setting_set('csp_check', 'off') \g /dev/null
select lives_ok(format('select admin.enqueue(%L, ''Get'', ''./Vendor/MSFT/Vault/X'')', :'d'), 'or not even that');
select admin.setting_set('csp_check', null) \g /dev/null

-- Looking it up.
select is(admin.csp_find('./Device/Vendor/MSFT/Vault/Keys/{9}/Secret'), './vendor/msft/vault/keys/*/secret', 'found by a LocURI');
select is(admin.csp_find('./Device/Vendor/MSFT/Vault/'), './vendor/msft/vault', 'the top of a tree');
select throws_ok('select admin.csp_find(''./Vendor/MSFT/Nowhere'')', 'MD404', 'no imported DDF file describes ./Vendor/MSFT/Nowhere', 'not known');
select throws_ok('select admin.csp_find(''./Vendor/MSFT/Mail'')', 'MD404', 'scope: ./User/Vendor/MSFT/Mail is there for users, not for the device', 'known for users');
select throws_ok('select admin.csp_find(''./Vendor/MSFT/Vault/X'')', 'MD404', null, 'not there');
select lives_ok('select admin.csp_remove(''Other.xml'')', 'a file is forgotten');
select is((select count(*) from admin.csp_node), 15::bigint, 'with its nodes, and no others');
select throws_ok('select admin.csp_remove(''Other.xml'')', 'MD404', null, 'once');

-- ADMX files.
set local client_min_messages = error;
select is(admin.admx_import('Kiosk', :'kiosk'), 3, 'policies of the file');
select is(admin.admx_import('Kiosk', :'kiosk'), 3, 'the same again');
reset client_min_messages;
select results_eq('select name, app, kind, uri, namespace, policies from admin.admx', $$ values ('Kiosk', 'Kiosk', 'Policy',
  './Device/Vendor/MSFT/Policy/ConfigOperations/ADMXInstall/Kiosk/Policy/Kiosk', 'Fenestra.Policies.Kiosk', 3::bigint) $$, 'kept');
select results_eq('select policy, class, area, uri, user_uri, blocked from admin.admx_policy order by policy', $$ values
  ('Closed', 'User', 'Kiosk~Policy~Kiosk~Screen', null, './User/Vendor/MSFT/Policy/Config/Kiosk~Policy~Kiosk~Screen/Closed', true),
  ('Lock', 'Machine', 'Kiosk~Policy~Kiosk', './Device/Vendor/MSFT/Policy/Config/Kiosk~Policy~Kiosk/Lock', null, false),
  ('Picture', 'Both', 'Kiosk~Policy~Kiosk~Screen', './Device/Vendor/MSFT/Policy/Config/Kiosk~Policy~Kiosk~Screen/Picture',
   './User/Vendor/MSFT/Policy/Config/Kiosk~Policy~Kiosk~Screen/Picture', false) $$, 'each by its name, with its nodes');
select is((select elements from admin.admx_policy where policy = 'Picture'), '[{"id": "Path", "kind": "text", "length": 40, "required": true},
  {"id": "Seconds", "kind": "decimal", "minimum": 5, "maximum": 600}, {"id": "Loop", "kind": "boolean"},
  {"id": "Fit", "kind": "enum", "required": true, "values": [{"label": "$(string.Fill)", "value": "2"}, {"label": "$(string.Tile)", "value": "tile"}]},
  {"id": "Hosts", "kind": "list"}, {"id": "Names", "kind": "list", "pairs": true}, {"id": "Words", "kind": "multiText"}]'::jsonb, 'and what it wants to know');
select is(mdm.admx_blocked(key), blocked, key) from (values ('Software\Policies\Kiosk', false), ('SOFTWARE\Microsoft\Windows NT', true),
  ('System\CurrentControlSet', true), ('Software\Policies\Microsoft\Office\16.0', false), ('Software\Policies\Microsoft\Officer', true),
  ('Software\Microsoft\Edge', false), ('Software\Policies\Microsoft\Windows\Explorer', true), ('Systems', false)) v (key, blocked);
select throws_ok(format('select admin.admx_import(%L, %L, null, %L)', name, text, kind), 'MD400', said, coalesce(said, text)) from (values
  ('a b', '<x/>', 'Policy', 'name, app: must be 1 to 64 of A-Z a-z 0-9 . _ -'), ('a', '<x/>', 'policy', 'kind: must be Policy or Preference'),
  ('a', '<x>', 'Policy', null), ('a', '<x/>', 'Policy', 'admx: the root element is x, not policyDefinitions'),
  ('a', '<policyDefinitions/>', 'Policy', 'admx: has no target namespace'),
  ('a', '<policyDefinitions><policyNamespaces><target prefix="a" namespace="b"/></policyNamespaces></policyDefinitions>', 'Policy', 'admx: has no policy'),
  ('a', '<policyDefinitions><policyNamespaces><target prefix="a" namespace="b"/></policyNamespaces><policies><policy name="P" class="All" key="K"/></policies></policyDefinitions>', 'Policy', 'admx: policy "P" has no good name, class or key'),
  ('a', '<policyDefinitions><policyNamespaces><target prefix="a" namespace="b"/></policyNamespaces><policies><policy name="P" class="User" key="K"/><policy name="p" class="User" key="K"/></policies></policyDefinitions>', 'Policy', 'admx: has two policies of one name'),
  ('a', '<policyDefinitions><policyNamespaces><target prefix="a" namespace="b"/></policyNamespaces><categories><category name="C"><parentCategory ref="a:C"/></category></categories><policies><policy name="P" class="User" key="K"><parentCategory ref="C"/></policy></policies></policyDefinitions>', 'Policy', 'admx: category "C" is below itself')) v (name, text, kind, said);
select lives_ok(format('select admin.admx_enqueue(%L, ''Kiosk'')', :'d'), 'a device is told to take it in');
select results_eq('select verb, uri, format, data from admin.command order by seq desc limit 1', format('values (''Add'', %L, ''chr'', %L)',
  './Device/Vendor/MSFT/Policy/ConfigOperations/ADMXInstall/Kiosk/Policy/Kiosk', replace(:'kiosk', '$(', '$$(')), 'as it stands in the file, its $( not taken for variables');
select throws_ok(format('select admin.admx_enqueue(%L, ''X'')', :'d'), 'MD404', 'no ADMX file "X"', 'there is none of that name');

select is(admin.admx_value('Lock'), '<enabled/>', 'enabled');
select is(admin.admx_value('lock', 'disabled'), '<disabled/>', 'disabled');
select is(admin.admx_value('Kiosk~Policy~Kiosk~Screen/Picture', 'enabled', '{"path": "C:\\a & <\"b\">", "SECONDS": 5, "Loop": true, "Fit": "Tile",
  "Hosts": ["a", "b"], "Names": {"x": "1", "y": "2"}, "Words": ["one", "two"]}'),
  '<enabled/><data id="Path" value="C:\a &amp; &lt;&quot;b&quot;&gt;"/><data id="Seconds" value="5"/><data id="Loop" value="true"/><data id="Fit" value="Tile"/>'
  || '<data id="Hosts" value="1&#xF000;a&#xF000;2&#xF000;b"/><data id="Names" value="x&#xF000;1&#xF000;y&#xF000;2"/><data id="Words" value="one&#xF000;two"/>', 'with all that it can be told');
select throws_ok(format('select admin.admx_value(%L, %L, %L)', policy, state, elements), code, said, said) from (values
  ('Nothing', 'enabled', '{}', 'MD404', 'no ADMX policy "Nothing"'), ('A/Lock', 'enabled', '{}', 'MD404', 'no ADMX policy "A/Lock"'),
  ('Lock', 'on', '{}', 'MD400', 'state: must be enabled or disabled'), ('Lock', 'enabled', '[]', 'MD400', 'elements: must be an object'),
  ('Lock', 'disabled', '{"a": 1}', 'MD400', 'elements: only with enabled'), ('Lock', 'enabled', '{"a": 1}', 'MD400', 'element "a": is none of this policy'),
  ('Picture', 'enabled', '{"Path": "a"}', 'MD400', 'element "Fit": is missing'),
  ('Picture', 'enabled', '{"Path": ["a"], "Fit": 2}', 'MD400', 'element "Path": takes one value'),
  ('Picture', 'enabled', '{"Path": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "Fit": 2}', 'MD400', 'element "Path": must not be longer than 40'),
  ('Picture', 'enabled', '{"Path": "a", "Fit": 3}', 'MD400', 'element "Fit": must be one of 2, tile'),
  ('Picture', 'enabled', '{"Path": "a", "Fit": 2, "Seconds": 4}', 'MD400', 'element "Seconds": must not be less than 5'),
  ('Picture', 'enabled', '{"Path": "a", "Fit": 2, "Seconds": 601}', 'MD400', 'element "Seconds": must not be more than 600'),
  ('Picture', 'enabled', '{"Path": "a", "Fit": 2, "Seconds": "x"}', 'MD400', 'element "Seconds": must be a number'),
  ('Picture', 'enabled', '{"Path": "a", "Fit": 2, "Loop": 1}', 'MD400', 'element "Loop": must be true or false'),
  ('Picture', 'enabled', '{"Path": "a", "Fit": 2, "Hosts": "x"}', 'MD400', 'element "Hosts": takes an array'),
  ('Picture', 'enabled', '{"Path": "a", "Fit": 2, "Hosts": {"a": "b"}}', 'MD400', 'element "Hosts": takes an array: its values have no names'),
  ('Picture', 'enabled', '{"Path": "a", "Fit": 2, "Names": ["x"]}', 'MD400', 'element "Names": takes an object of names and values'),
  ('Picture', 'enabled', '{"Path": "a", "Fit": 2, "Words": {"a": "b"}}', 'MD400', 'element "Words": takes an array of lines'),
  ('Picture', 'enabled', '{"Path": "a", "Fit": 2, "Words": ["a\uf000b"]}', 'MD400', 'element "Words": must not hold U+F000')) v (policy, state, elements, code, said);

delete from tried;
insert into tried values
  ('Replace', './Device/Vendor/MSFT/Policy/Config/Kiosk~Policy~Kiosk/Lock', '<enabled/>', 'chr', null),
  ('Get', './Device/Vendor/MSFT/Policy/Result/Kiosk~Policy~Kiosk/Lock', null, 'chr', null),
  ('Get', './Device/Vendor/MSFT/Policy/Config/Kiosk~Policy~Kiosk', null, 'chr', null),
  ('Replace', './Device/Vendor/MSFT/Policy/Config/Other~Policy~Kiosk/Lock', 'x', 'chr', null),
  ('Replace', './User/Vendor/MSFT/Policy/Config/Kiosk~Policy~Kiosk~Screen/Picture', admin.admx_value('Picture', 'enabled', '{"Path": "a", "Fit": 2}'), 'chr', null),
  ('Replace', './Vendor/MSFT/Policy/Config/Kiosk~Policy~Kiosk/Lock', '<enabled/><data id="x" value="1"/>', 'chr', 'data: Lock: element "x" is none of this policy'),
  ('Replace', './Vendor/MSFT/Policy/Config/Kiosk~Policy~Kiosk/Lock', '1', 'int', 'format: Lock is chr, not int'),
  ('Exec', './Vendor/MSFT/Policy/Config/Kiosk~Policy~Kiosk/Lock', null, 'chr', 'verb: Lock takes Add, Delete, Get, Replace'),
  ('Get', './Vendor/MSFT/Policy/Config/Kiosk~Policy~Kiosk/Look', null, 'chr', 'LocURI: there is no policy look in the area kiosk~policy~kiosk'),
  ('Get', './Vendor/MSFT/Policy/Config/Kiosk~Policy~X/Lock', null, 'chr', 'LocURI: there is no area kiosk~policy~x in the imported ADMX files'),
  ('Get', './User/Vendor/MSFT/Policy/Config/Kiosk~Policy~Kiosk/Lock', null, 'chr', 'scope: Lock is there for the device, not for users'),
  ('Get', './Vendor/MSFT/Policy/Config/Kiosk~Policy~Kiosk~Screen/Closed', null, 'chr', 'scope: Closed is there for users, not for the device');
select is(mdm.csp_fault(verb, uri, data, format), fault, concat_ws(' ', verb, uri, data)) from tried;
select admin.csp_remove('Vault.xml') \g /dev/null
select throws_ok(format('select admin.enqueue(%L, ''Get'', ''./Vendor/MSFT/Policy/Config/Kiosk~Policy~X/Lock'')', :'d'), 'MD400', null, 'checked with no DDF file at all');
set local client_min_messages = error;
select is(admin.admx_import('Second', :'kiosk', 'Second', 'Preference'), 3, 'a second file with the same policies');
reset client_min_messages;
select throws_ok('select admin.admx_value(''Lock'')', 'MD409', '2 ADMX policies are called "Lock": Kiosk~Policy~Kiosk/Lock, Second~Preference~Kiosk/Lock', 'a name of two');
select lives_ok('select admin.admx_remove(''Kiosk'')', 'one is forgotten');
select is(admin.admx_value('Lock'), '<enabled/>', 'the other stays');
select throws_ok('select admin.admx_remove(''Kiosk'')', 'MD404', null, 'once');
select is((select array_agg(kind order by seq) from admin.event where kind ~ '^admx'), '{admx.imported,admx.imported,admx.imported,admx.removed}', 'each left its event');
select * from finish();
rollback;

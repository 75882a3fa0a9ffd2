-- SPDX-License-Identifier: ISC
-- Who may enroll: ways in, directories, the throttle, tokens, restrictions,
-- approval, Entra's tokens.
begin;
\ir fixture.inc
select * from no_plan();

create function fixture.hash(in_n int default 0) returns text language sql as
$$ select '$y$j9T$abcdefghijklmno' || in_n || '$qrstuvwxyz0123456789./' $$;
create function fixture.sign_in(in_name text, in_source text default '192.0.2.1') returns text language sql as
$$ select concat_ws(' ', credential, coalesce(directory, 'accounts'), coalesce(upn, '-'),
     case when wait > 0 then 'waits for ' || waits_for end) from enrollment.sign_in(in_name, in_source) $$;
select admin.user_set('ann@corp.test', fixture.hash(1)), admin.user_set('CORP\bob', fixture.hash(2)),
       admin.user_set('cid', fixture.hash(3)) \g /dev/null

-- Names.
select results_eq('select n.name, p.login, p.domain, p.netbios from (values (''ann@corp.test''), (''CORP\ann''), (''ann''),
    (''a@b@C.Test''), (''\ann''), (''CORP\''), (''''), (''@corp.test''), (''C\a@corp.test'')) n (name), mdm.user_parts(n.name) p',
  $$ values ('ann@corp.test', 'ann', 'corp.test', false), ('CORP\ann', 'ann', 'corp', true), ('ann', 'ann', '', false),
     ('a@b@C.Test', 'a@b', 'c.test', false), ('\ann', 'ann', '', true), ('CORP\', '', 'corp', true), ('', '', '', false),
     ('@corp.test', '', 'corp.test', false), ('C\a@corp.test', 'a@corp.test', 'c', true) $$, 'names are taken apart');
select is(fixture.sign_in('ANN@corp.test'), 'password accounts ann@corp.test', 'a user of the accounts');
select is(fixture.sign_in('eve@corp.test'), 'password accounts -', 'an unknown one has a row as well');
select is(fixture.sign_in('CORP\bob'), 'password accounts CORP\bob', 'a name with its domain before it');
select is(fixture.sign_in('CORP\ann'), 'password accounts -', 'which is not yet the same as behind it');
select is(fixture.sign_in('cid'), 'password accounts cid', 'a bare name');

-- Ways in.
select lives_ok($$ select admin.way_set('password', 'Corp.Test', in_netbios => 'Corp') $$, 'a domain''s own way');
select is(fixture.sign_in('CORP\ann'), 'password accounts ann@corp.test', 'whose users may write it either way');
select is(fixture.sign_in('CORP\bob'), 'password accounts CORP\bob', 'a name that is there as it stands comes first');
select lives_ok($$ select admin.way_set('password', 'corp.test', false, in_netbios => 'corp') $$, 'close it');
select is(fixture.sign_in('ann@corp.test'), 'password accounts -', 'nobody of the domain gets in');
select is(fixture.sign_in('CORP\ann'), 'password accounts -', 'either way');
select is(fixture.sign_in('cid'), 'password accounts cid', 'but others do');
select lives_ok($$ select admin.way_set('password', '*', false) $$, 'close all others');
select is(fixture.sign_in('cid'), 'password accounts -', 'then they do not');
select lives_ok($$ select admin.way_set('password', '*') $$, 'open again');
select lives_ok($$ select admin.way_remove('password', 'CORP.test') $$, 'remove the row of the domain');
select is(fixture.sign_in('ann@corp.test'), 'password accounts ann@corp.test', 'then the domain has what * says');
select throws_ok($$ select admin.way_remove('password', 'corp.test') $$, 'MD404', null, 'remove again');
select throws_ok($$ select admin.way_remove('password', '*') $$, 'MD400', null, 'but not *');
select throws_ok(format('select admin.way_set(%s)', a.args), a.state, null, 'way_set: ' || a.args)
  from (values ('''cookie'', ''*''', 'MD400'), ('null, ''*''', 'MD400'), ('''password'', ''a@b''', 'MD400'), ('''password'', null', 'MD400'),
    ('''password'', ''a'', null', 'MD400'), ('''token'', ''a'', in_directory => ''d''', 'MD400'),
    ('''password'', ''*'', in_directory => ''d''', 'MD400'), ('''password'', ''a'', in_directory => ''d''', 'MD404'),
    ('''password'', ''a'', in_group => ''g''', 'MD404'), ('''token'', ''a'', in_netbios => ''A''', 'MD400'),
    ('''password'', ''*'', in_netbios => ''A''', 'MD400'), ('''password'', ''a'', in_netbios => ''A\''', 'MD400')) a (args, state);

-- Directories.
select lives_ok($$ select admin.directory_set('ad', 'ldaps://dc.corp.test', in_ca_file => '/etc/ca.pem', in_base => 'dc=corp',
  in_user_filter => '(userPrincipalName={upn})', in_bind_dn => 'cn=f', in_bind_password_file => '/etc/f') $$, 'search, then bind');
select lives_ok($$ select admin.directory_set('local', 'ldapi://%2Frun%2Fslapd', in_dn_template => 'uid={login},dc=corp') $$, 'a DN template');
select throws_ok(format('select admin.directory_set(%s)', a), 'MD400', null, 'directory_set: ' || a)
  from (values ('null, ''ldapi:///'', in_dn_template => ''uid={login}'''), ('''x'', ''http://a'', in_dn_template => ''uid={login}'''),
    ('''x'', ''ldap://a'', in_ca_file => ''/c'', in_dn_template => ''uid={login}'''), ('''x'', ''ldaps://a'', in_dn_template => ''uid={login}'''),
    ('''x'', ''ldaps://a'', true, ''/c'', in_dn_template => ''uid={login}'''), ('''x'', ''ldaps://a'', in_ca_file => ''c'', in_dn_template => ''uid={login}'''),
    ('''x'', ''ldapi:///'''), ('''x'', ''ldapi:///'', in_base => ''dc=a'''), ('''x'', ''ldapi:///'', in_dn_template => ''uid=jo'''),
    ('''x'', ''ldapi:///'', in_base => ''b'', in_user_filter => ''(uid={login})'', in_dn_template => ''uid={login}'''),
    ('''x'', ''ldapi:///'', in_base => ''b'', in_user_filter => ''uid={login}'''),
    ('''x'', ''ldapi:///'', in_base => ''b'', in_user_filter => ''(uid={login})'', in_bind_dn => ''cn=f'''),
    ('''x'', ''ldapi:///'', in_dn_template => ''uid={login}'', in_group_base => ''b'''),
    ('''x'', ''ldapi:///'', in_dn_template => ''uid={login}'', in_timeout => 0'),
    ('''x'', ''ldapi:///'', in_dn_template => ''uid={login}'', in_timeout => null')) x (a);
select lives_ok($$ select admin.way_set('password', 'corp.test', in_directory => 'ad', in_netbios => 'corp') $$, 'a domain''s directory');
select is(fixture.sign_in('CORP\Jo'), 'directory ad Jo@corp.test', 'whose users are asked for there');
select is(fixture.sign_in('ann@corp.test'), 'directory ad ann@corp.test', 'and nowhere else');
select is(fixture.sign_in('@corp.test'), 'directory ad -', 'a user without a name is none');
select throws_ok($$ select admin.directory_remove('ad') $$, 'MD409', null, 'a directory that is needed stays');
select lives_ok($$ select admin.directory_remove('local') $$, 'another goes');
select throws_ok($$ select admin.directory_remove('local') $$, 'MD404', null, 'once');
select is((select array_agg(domain || ' ' || coalesce(directory, 'accounts') order by domain) from admin.way where credential = 'password'),
  '{"* accounts","corp.test ad"}', 'the administrator sees the ways');

-- The throttle.
create function fixture.fail(in_name text, in_source text default '192.0.2.1', in_n int default 1) returns void language sql as
$$ select enrollment.sign_in_done(in_name, in_source, false) from generate_series(1, in_n) $$;
create function fixture.wait(in_name text, in_source text default '192.0.2.1') returns text language sql as
$$ select (wait > 0) || coalesce(' ' || waits_for, '') from enrollment.sign_in(in_name, in_source) $$;
create function fixture.later(in_seconds int) returns void language sql as
$$ update mdm.throttle set since = since - in_seconds, until = until - in_seconds $$;
select admin.setting_set('throttle_source', '8'), admin.setting_set('throttle_overall', '12') \g /dev/null
select fixture.fail('cid', in_n => 4) \g /dev/null
select is(fixture.wait('cid'), 'false', 'four wrong passwords are forgiven');
select is((select failed from enrollment.sign_in('cid', null)), true, 'but known');
select fixture.fail('CID') \g /dev/null
select is(fixture.wait('cid'), 'true user', 'the fifth makes the name wait, in any letter case');
select is(fixture.wait('cid', '192.0.2.2'), 'true user', 'wherever it comes from');
select is(fixture.wait('eve'), 'false', 'others do not');
select is((select until - since from mdm.throttle where kind = 'user'), 15::bigint, 'at first 15 seconds');
select fixture.later(15) \g /dev/null
select is(fixture.wait('cid'), 'false', 'when they are over it may try again');
select fixture.fail('cid') \g /dev/null
select is((select until - since from mdm.throttle where kind = 'user'), 30::bigint, 'then twice as long');
select fixture.fail('cid', null, 30) \g /dev/null
select is((select max(until - since) from mdm.throttle where kind = 'user'), 900::bigint, 'but never longer than a quarter of an hour');
select enrollment.sign_in_done('CID', '192.0.2.1', true) \g /dev/null
select is((select count(*) from mdm.throttle where kind = 'user'), 0::bigint, 'who gets in is forgiven');
select is((select failures from mdm.throttle where kind = 'source'), 6, 'the address is not');
delete from mdm.throttle where kind = 'overall';
select fixture.fail('eve'), fixture.fail('fay') \g /dev/null
select is(fixture.wait('gus'), 'true source', 'many names from one address make it wait');
select is(fixture.wait('gus', '192.0.2.2'), 'false', 'and no other');
delete from mdm.throttle;
select fixture.fail('h' || n, '2001:db8:0:1::' || n) from generate_series(1, 8) n \g /dev/null
select is(fixture.wait('gus', '2001:db8:0:1:ffff::1'), 'true source', 'of IPv6 a /64 is one address');
select is(fixture.wait('gus', '2001:db8:0:2::1'), 'false', 'the next is another');
select lives_ok($$ select fixture.fail('x', 'no address'), fixture.fail('y', ':::'), fixture.fail('z', null) $$, 'an address of another form is taken as it is');
select is(fixture.wait('new', '192.0.2.99'), 'false', 'eleven failures in a minute');
select fixture.fail('i', '192.0.2.3') \g /dev/null
select is(fixture.wait('new', '192.0.2.99'), 'true overall', 'the twelfth stops everybody');
select fixture.later(61) \g /dev/null
select is(fixture.wait('new', '192.0.2.99'), 'false', 'until the minute is over');
select fixture.fail('i', '192.0.2.3') \g /dev/null
select is((select failures from mdm.throttle where kind = 'overall'), 1, 'the next minute begins with none');
select fixture.later(2000) \g /dev/null
select fixture.fail('i', '192.0.2.3') \g /dev/null
select is((select array_agg(kind || failures order by kind) from mdm.throttle), '{overall1,source1,user1}', 'what is old is forgotten and removed');
select admin.setting_set('throttle_user', '0'), admin.setting_set('throttle_source', '0'), admin.setting_set('throttle_overall', '0') \g /dev/null
delete from mdm.throttle;
select fixture.fail('cid', in_n => 50) \g /dev/null
select is((select count(*) from mdm.throttle), 0::bigint, '0 counts nothing');
select admin.setting_set('throttle_user', '1') \g /dev/null
select fixture.fail('cid') \g /dev/null
select is(fixture.wait('cid'), 'true user', '1 forgives nothing');

-- Tokens.
create function fixture.admit(in_name text, in_n int default 1, in_upn text default 'ann@fenestra.test',
  in_credential text default 'password', in_token text default null, in_context text[] default '{}') returns uuid language plpgsql as
$$ declare v_device uuid; v_names text[] := '{}'; v_values text[] := '{}'; begin
  for i in 1 .. cardinality(in_context) / 2 loop
    v_names := v_names || in_context[2 * i - 1]; v_values := v_values || in_context[2 * i];
  end loop;
  select device into v_device from enrollment.reserve(in_upn, in_name, 'Full', fixture.h('request ' || in_name || in_n),
    fixture.h('key ' || in_name || in_n || in_upn), fixture.h('serial ' || in_name || in_n || in_upn), 'auth', 'c', 's', '\x01', '\x02',
    v_names, v_values);
  perform enrollment.admit(in_upn, in_name, fixture.h('request ' || in_name || in_n), in_credential, fixture.h(in_token));
  return v_device;
end $$;
create function fixture.refused(in_what text, in_reason text, in_type text, in_message text, in_args text) returns text language plpgsql as
$$ declare v_reason text; v_type text; v_message text; begin
  begin
    execute 'select fixture.admit(' || in_args || ')';
    return ok(false, in_what || ': was let in');
  exception when sqlstate 'MD403' then
    get stacked diagnostics v_reason = message_text, v_type = pg_exception_detail, v_message = pg_exception_hint;
  end;
  return is(array[v_reason, v_type, v_message], array[in_reason, in_type, in_message], in_what);
end $$;
create temp table t as select admin.token_create(2, in_name => 'school', in_device_names => '{PC-*,lab_1}') as token;
select matches(token, '^fenestra-[A-Za-z0-9_-]{43}$', 'a token is 244 random bits in plain characters') from t;
select is_empty($$ select 1 from mdm.token k, t where k::text like '%' || t.token || '%' $$, 'it is not stored');
select is_empty($$ select 1 from mdm.event e, t where e::text like '%' || t.token || '%' $$, 'nor in the audit trail');
select isnt(admin.token_create(), admin.token_create(), 'each is another');
select results_eq('select upn, credential, spent from t, enrollment.token(fixture.h(token), null)',
  $$ values ('token:school', 'token', null::text) $$, 'the worker finds whose it is');
select is((select upn from enrollment.token('\x00', null)), null, 'and nobody''s');
select isnt(fixture.admit('T1', 1, 'token:school', 'token', token, '{DeviceName,pc-1}'), null, 'it lets a device in') from t;
select isnt(fixture.admit('T1', 1, 'token:school', 'token', token, '{DeviceName,pc-1}'), null, 'whose request may come again') from t;
select is((select used from admin.token where name = 'school'), 1, 'and counts once');
select fixture.refused('another name', 'the token is for devices of other names', '', '',
  format('%L, 1, %L, %L, %L, %L', 'T2', 'token:school', 'token', token, '{DeviceName,labx1}')) from t;
select fixture.refused('no name', 'the token is for devices of other names', '', '', format('%L, 1, %L, %L, %L', 'T2', 'token:school', 'token', token)) from t;
select fixture.refused('another user', 'the token is of another user', '', '',
  format('%L, 1, %L, %L, %L, %L', 'T2', 'ann@fenestra.test', 'token', token, '{DeviceName,PC-2}')) from t;
select is((select used from admin.token where name = 'school'), 1, 'what is refused does not count');
select is((select count(*) from mdm.device where device_id = 'T2'), 0::bigint, 'and leaves nothing');
select isnt(fixture.admit('T2', 1, 'token:school', 'token', token, '{DeviceName,LAB_1}'), null, 'a second device') from t;
select fixture.refused('used up', 'the token was used up', '', '', format('%L, 1, %L, %L, %L, %L', 'T3', 'token:school', 'token', token, '{DeviceName,PC-3}')) from t;
select is((select spent from t, enrollment.token(fixture.h(token), null)), 'the token was used up', 'which the worker is told');
select isnt(fixture.admit('T2', 1, 'token:school', 'token', token, '{DeviceName,LAB_1}'), null, 'the second one may repeat itself still') from t;
select is((select array_agg(distinct token) from admin.enrollment where credential = 'token'), (select array_agg(id) from admin.token where name = 'school'),
  'the enrollment names the token');
update t set token = admin.token_create(9, in_owner => 'Ann@Corp.test');
select is((select upn from t, enrollment.token(fixture.h(token), null)), 'Ann@Corp.test', 'a token with an owner');
select admin.way_set('token', 'corp.test', false) \g /dev/null
select fixture.refused('a closed way', 'no way in by token for this domain', '', '', format('%L, 1, %L, %L, %L', 'T3', 'Ann@Corp.test', 'token', token)) from t;
select admin.way_remove('token', 'corp.test') \g /dev/null
select admin.token_revoke((select k.id from mdm.token k, t where k.sha256 = fixture.h(t.token))) \g /dev/null
select fixture.refused('revoked', 'the token was revoked', '', '', format('%L, 1, %L, %L, %L', 'T3', 'Ann@Corp.test', 'token', token)) from t;
update t set token = admin.token_create(9, in_owner => 'Ann@Corp.test');
update mdm.token k set expires_at = now() from t where k.sha256 = fixture.h(t.token);
select fixture.refused('expired', 'the token has expired', '', '', format('%L, 1, %L, %L, %L', 'T3', 'Ann@Corp.test', 'token', token)) from t;
select throws_ok('select admin.token_revoke(gen_random_uuid())', 'MD404', null, 'revoke no token');
select throws_ok(format('select admin.token_create(%s)', a.args), a.state, null, 'token_create: ' || a.args)
  from (values ('0', 'MD400'), ('null', 'MD400'), ('1, now()', 'MD400'), ('1, null', 'MD400'), ('1, ''infinity''', 'MD400'),
    ('in_name => ''a b''', 'MD400'), ('in_owner => ''a b''', 'MD400'), ('in_device_names => ''{}''', 'MD400'),
    ('in_device_names => ''{a,NULL}''', 'MD400'), ('in_group => ''none''', 'MD404')) a (args, state);

-- Restrictions.
create function fixture.groups(in_args text) returns void language plpgsql as
$$ begin execute format('select admin.enrollment_group_set(''default'', %s)', in_args); end $$;
select lives_ok($$ select fixture.admit('R0') $$, 'without restrictions all get in');
select fixture.groups('in_device_types => ''{CIMClient_Windows}''') \g /dev/null
select fixture.refused('a phone', 'group default: DeviceType WindowsPhone', 'DeviceNotSupported', '', '''R1'', in_context => ''{DeviceType,WindowsPhone}''');
select fixture.refused('no type', 'group default: DeviceType not given', 'DeviceNotSupported', '', '''R1''');
select lives_ok($$ select fixture.admit('R1', in_context => '{DeviceType,CIMClient_Windows}') $$, 'a PC');
select fixture.groups('in_os_editions => ''{4,48}''') \g /dev/null
select fixture.refused('Home', 'group default: OSEdition 101', 'DeviceNotSupported', '', '''R2'', in_context => ''{OSEdition,101}''');
select fixture.refused('no number', 'group default: OSEdition x', 'DeviceNotSupported', '', '''R2'', in_context => ''{OSEdition,x}''');
select fixture.refused('no edition', 'group default: OSEdition not given', 'DeviceNotSupported', '', '''R2''');
select lives_ok($$ select fixture.admit('R2', in_context => '{OSEdition," 4"}') $$, 'Enterprise, with the blank that Windows sends');
select fixture.groups('in_minimum_os_version => ''10.0.19045''') \g /dev/null
select fixture.refused('too old', 'group default: OSVersion 10.0.9999.99999', 'DeviceNotSupported', '', '''R3'', in_context => ''{OSVersion,10.0.9999.99999}''');
select fixture.refused('no version', 'group default: OSVersion ten', 'DeviceNotSupported', '', '''R3'', in_context => ''{OSVersion,ten}''');
select lives_ok($$ select fixture.admit('R3', in_context => '{OSVersion,10.0.19045.1}') $$, 'the same and more');
select lives_ok($$ select fixture.admit('R4', in_context => '{OSVersion,11.0}') $$, 'a later one');
select fixture.groups('in_registered => true') \g /dev/null
select is(admin.device_register('default', 'serial_number', '{" SN-1 ",sn-1,SN-2}'), 2::bigint, 'register two');
select is(admin.device_register('default', 'model', '{Surface}') + admin.device_register('default', 'hardware_id', '{AABB}'), 2::bigint, 'a model and a hardware id');
select fixture.refused('not registered', 'group default: the device is not registered', 'DeviceNotSupported', '', '''R5'', in_context => ''{SerialNumber,SN-3}''');
select fixture.refused('nothing said', 'group default: the device is not registered', 'DeviceNotSupported', '', '''R5''');
select lives_ok(format('select fixture.admit(%L, in_context => %L)', 'R' || c, c), 'registered: ' || c)
  from unnest(array['{SerialNumber,sn-1}', '{DeviceModel,Surface}', '{HWDevID,aabb}']) c;
select is(admin.device_unregister('default', 'serial_number', '{SN-2,SN-9}'), 1::bigint, 'take one back');
select fixture.refused('taken back', 'group default: the device is not registered', 'DeviceNotSupported', '', '''R5'', in_context => ''{SerialNumber,SN-2}''');
select throws_ok($$ select admin.device_register('default', 'mac', '{a}') $$, 'MD400', null, 'another kind');
select throws_ok($$ select admin.device_register('default', 'model', '{" "}') $$, 'MD400', null, 'an empty value');
select throws_ok($$ select admin.device_register('none', 'model', '{a}') $$, 'MD404', null, 'another group');
select fixture.groups('in_devices_per_user => 2') \g /dev/null
select lives_ok($$ select fixture.admit('C1', in_upn => 'cap@x'), fixture.admit('C2', in_upn => 'CAP@x') $$, 'two devices of a user');
select fixture.refused('a third', 'group default: the user has enough devices', 'DeviceCapReached', '', '''C3'', in_upn => ''Cap@x''');
select lives_ok($$ select fixture.admit('C1', 2, 'cap@x') $$, 'one of them again');
select lives_ok($$ select fixture.admit('C1', in_upn => 'other@x') $$, 'another user');
update mdm.device set state = 'unenrolled' where device_id = 'C2';
select lives_ok($$ select fixture.admit('C3', in_upn => 'cap@x') $$, 'one left, one may come');
select lives_ok($$ select admin.enrollment_group_set('lab', in_devices => 1, in_message => 'Ask the help desk.') $$, 'a group with one licence');
update t set token = admin.token_create(9, in_group => 'lab', in_name => 'lab');
select isnt(fixture.admit('L1', 1, 'token:lab', 'token', token), null, 'one') from t;
select fixture.refused('no licence', 'group lab: all licences are in use', 'UserLicense', 'Ask the help desk.', format('%L, 1, %L, %L, %L', 'L2', 'token:lab', 'token', token)) from t;
select is((select enrollment_group from admin.device where device_id = 'L1'), 'lab', 'the device is of the group');
select throws_ok($$ select admin.enrollment_group_remove('lab') $$, 'MD409', null, 'a group that a token needs stays');
select throws_ok($$ select admin.enrollment_group_remove('none') $$, 'MD404', null, 'remove no group');
select lives_ok($$ select admin.enrollment_group_set('gone'), admin.device_register('gone', 'model', '{a}'), admin.enrollment_group_remove('gone') $$, 'another goes');
select is((select count(*) from admin.registration where enrollment_group = 'gone'), 0::bigint, 'with its registrations');
select admin.setting_set('refusal_message', 'Not today.') \g /dev/null
select fixture.groups('in_state => ''closed''') \g /dev/null
select fixture.refused('closed', 'group default: closed', 'NotSupported', 'Not today.', '''R9''');
select fixture.groups('in_state => ''maintenance''') \g /dev/null
select fixture.refused('maintenance', 'group default: in maintenance', 'InMaintenance', 'Not today.', '''R9''');
select fixture.groups('in_state => ''open''') \g /dev/null
select admin.setting_set('maintenance', 'true') \g /dev/null
select fixture.refused('maintenance of all', 'group default: in maintenance', 'InMaintenance', 'Not today.', '''R9''');
select lives_ok($$ select fixture.admit('R0') $$, 'what was let in before may repeat itself');
select admin.setting_set('maintenance', null), admin.setting_set('refusal_message', null) \g /dev/null
select throws_ok(format('select fixture.groups(%L)', a), 'MD400', null, 'enrollment_group_set: ' || a)
  from (values ('in_devices => -1'), ('in_devices_per_user => -1'), ('in_device_types => ''{}'''), ('in_os_editions => ''{}'''),
    ('in_minimum_os_version => ''new'''), ('in_registered => null'), ('in_state => ''x'''), ('in_message => ''''')) x (a);

-- Approval.
create temp table r (device uuid);
create function fixture.come(in_device uuid, in_session text, in_n int default 1) returns text[] language sql as
$$ select fixture.message(in_device, in_session, 1, in_n => in_n); select fixture.deliver(in_device) $$;
create function fixture.issue(in_device uuid, in_n int) returns void language sql as
$$ select signer.issue(in_device, c.serial, 'x', fixture.cert(d.device_id, in_n), '\x01', fixture.h('ca')) from mdm.certificate c
   join mdm.device d using (device) where c.device = in_device and c.enrollment = in_n $$;
select admin.setting_set('approval', 'required') \g /dev/null
insert into r values (fixture.admit('W'));
select fixture.issue(device, 1) from r \g /dev/null
select is((select state from admin.device d join r on r.device = d.id), 'pending', 'a new device waits');
select admin.enqueue(device, 'Get', './DevDetail/SwV') from r \g /dev/null
select is(fixture.come(device, '1'), '{}', 'it comes and is given nothing') from r;
select management.devinfo(device, '{./DevInfo/Man}', '{ACME}') from r \g /dev/null
select is((select manufacturer from admin.device d join r on r.device = d.id), 'ACME', 'but what it says is kept');
select is((select state from admin.device d join r on r.device = d.id), 'pending', 'it waits still');
select is(fixture.states(device), '{queued}', 'and so does the queue') from r;
select lives_ok('select admin.approve(device) from r', 'approve');
select is((select state from admin.device d join r on r.device = d.id), 'enrolled', 'it is enrolled');
select is(fixture.come(device, '2'), '{"5 Get ./DevDetail/SwV"}', 'and is given its command') from r;
select throws_ok('select admin.approve(device) from r', 'MD409', null, 'approve again');
select is(fixture.admit('W', 2), device, 'it enrolls again') from r;
select is((select state from admin.device d join r on r.device = d.id), 'pending', 'and waits again: anybody with the user''s password could be it');
select admin.block(device) from r \g /dev/null
select admin.approve(device) from r \g /dev/null
select is((select state from admin.device d join r on r.device = d.id), 'enrolling', 'who is let in is let in');
select admin.setting_set('approval', 'none'), fixture.groups('in_approval => true') \g /dev/null
insert into r values (fixture.admit('V'));
select is((select state from admin.device where device_id = 'V'), 'pending', 'a group of its own may ask for approval');

-- Tokens of Entra.
create function fixture.claims(in_change jsonb default '{}') returns text language sql as
$$ select (upn, reason)::text from enrollment.jwt_claims((jsonb_build_object('tid', '9b3c3a0e-0000-4000-8000-000000000001',
     'iss', 'https://sts.windows.net/9b3c3a0e-0000-4000-8000-000000000001/', 'aud', 'app', 'scp', 'a mdm_delegation',
     'exp', extract(epoch from now())::bigint + 60, 'nbf', extract(epoch from now())::bigint, 'upn', 'jo@corp.test') || in_change)::text) $$;
select is(fixture.claims(), '(,"JWT: tid is not a tenant of ours")', 'without a tenant no token counts');
select lives_ok($$ select admin.tenant_set('9b3c3a0e-0000-4000-8000-000000000001', '{app}', '{CORP.test}') $$, 'a tenant');
select is(fixture.claims(), '(,"JWT: no way in by jwt for this domain")', 'and the way is shut at first');
select admin.way_set('jwt', '*') \g /dev/null
select is(fixture.claims(), '(jo@corp.test,)', 'a good token');
select is(fixture.claims(format('{"%s": %s}', c.name, c.value)::jsonb), '(,"JWT: ' || c.reason || '")', 'one wrong claim: ' || c.name || ' ' || c.value)
  from (values ('tid', 'null', 'tid is not a tenant of ours'), ('iss', '"x"', 'iss is not the tenant''s'), ('aud', '["x",1,null]', 'aud is not ours'),
    ('exp', '1', 'it has expired'), ('exp', '"9999999999"', 'no exp'), ('nbf', '9999999999', 'it is not yet valid'), ('nbf', 'null', 'no nbf'),
    ('iat', '9999999999', 'iat is not in the past'), ('iat', 'null', 'iat is not in the past'), ('scp', '"mdm_delegatio"', 'scp has no mdm_delegation'),
    ('upn', '"jo"', 'no upn'), ('upn', '"jo@corp.test.x"', 'upn is of another domain')) c (name, value, reason);
select is(admin.jwks_set(format('{"keys": [{"kty": "RSA", "kid": "a", "n": "%s", "e": "AQAB"}, {"kty": "RSA", "kid": "short", "n": "AAAA", "e": "AQAB"},
  {"kty": "oct", "kid": "b", "k": "AAAA"}, {"kty": "RSA", "n": "%1$s", "e": "AQAB"}, {"kty": "EC", "kid": "c", "crv": "P-384", "x": "%2$s", "y": "%2$s"},
  {"kty": "EC", "kid": "d", "crv": "P-256", "x": "%2$s", "y": "%2$s", "use": "sig"}, 7]}', repeat('A', 342), repeat('A', 43))::jsonb), 2, 'of a JWK set what is of use');
select is((select array_agg(kid || kty order by kid) from admin.jwk), '{aRSA,dEC}', 'by their kids');
select throws_ok($$ select admin.jwks_set('{"keys": 7}') $$, 'MD400', null, 'no JWK set');
select throws_ok($$ select admin.jwks_set(null) $$, 'MD400', null, 'nothing');
select is(admin.jwks_set('{"keys": []}'), 0, 'an empty one takes all keys away');
select throws_ok(format('select admin.tenant_set(%s)', a), 'MD400', null, 'tenant_set: ' || a)
  from (values ('null, ''{a}'''), ('gen_random_uuid(), ''{}'''), ('gen_random_uuid(), null'), ('gen_random_uuid(), ''{""}'''),
    ('gen_random_uuid(), ''{a}'', ''{}'''), ('gen_random_uuid(), ''{a}'', in_scope => ''a b'''), ('gen_random_uuid(), ''{a}'', in_issuers => ''{}''')) x (a);
select lives_ok($$ select admin.tenant_remove('9b3c3a0e-0000-4000-8000-000000000001') $$, 'remove the tenant');
select throws_ok($$ select admin.tenant_remove('9b3c3a0e-0000-4000-8000-000000000001') $$, 'MD404', null, 'remove it again');
select is(fixture.claims(), '(,"JWT: tid is not a tenant of ours")', 'then no token counts');

select * from finish();
rollback;

-- SPDX-License-Identifier: ISC
-- Who may enroll: ways in, directories, the throttle.
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

select * from finish();
rollback;

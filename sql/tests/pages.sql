-- SPDX-License-Identifier: ISC
-- The sign-in page, terms of use, and the link to enrollment.
begin;
\ir fixture.inc
select * from no_plan();

create temp table secret (name text primary key, value text);
create function fixture.b(in_name text) returns bytea language sql as $$ select sha256(value::bytea) from secret where name = in_name $$;
create function fixture.signed_in(in_upn text, in_name text, in_ask boolean default false) returns text language sql as
$$ with p as (select * from enrollment.page_signed_in(in_upn, in_ask)), s as (insert into secret select in_name, secret from p)
   select concat_ws(' ', done, version, content) from p $$;
create function fixture.go_on(in_name text, in_version text default null, in_remote text default null) returns text language sql as
$$ select concat_ws(' ', done, upn, version, content) from enrollment.page_go_on(
     coalesce(fixture.b(in_name), 'x'), in_remote, in_version, '192.0.2.7') $$;
create function fixture.tokens() returns bigint language sql as $$ select count(*) from mdm.token where credential = 'federated' $$;

-- Words.
select is((select count(*) from enrollment.page() where name = 'page_sign_in_title'), 1::bigint, 'the pages get their words');
select is_empty($$ select name from enrollment.setting() where name like 'page%' $$, 'which the messages do not');
select is_empty($$ select name from mdm.setting where preset !~ ('^(' || pattern || ')$') $$, 'every preset is one that may be set');
select throws_ok($$ select admin.setting_set('page_user', E'a\nb') $$, 'MD400', null, 'a word has one line');
select throws_ok($$ select admin.setting_set('page_language', 'x" onload="y') $$, 'MD400', null, 'a language is a language tag');

-- Whose way in it is.
select is((select (federated, password) from discovery.way('ann@corp.test')), (false, true), 'at first a password');
select throws_ok($$ select fixture.signed_in('ann@corp.test', 'a') $$, 'MD403', null, 'and no page');
select lives_ok($$ select admin.way_set('federated', 'Corp.test') $$, 'a page for a domain');
select is((select (federated, password) from discovery.way('ann@CORP.TEST')), (true, true), 'its users have both');
select is((select (federated, password) from discovery.way('ann@other.test')), (false, true), 'others have not');
select is((select (federated, password) from discovery.way(null)), (false, true), 'nor has nobody');
select lives_ok($$ select admin.way_set('password', 'corp.test', false, in_netbios => 'Corp') $$, 'the page alone');
select is((select (federated, password) from discovery.way('CORP\ann')), (true, false), 'however the name is written');
select admin.user_set('ann@corp.test', '$y$j9T$abcdefghijklmno0$qrstuvwxyz0123456789./') \g /dev/null
select is((select upn from enrollment.sign_in('ann@corp.test', null)), null, 'then no message takes the password');
select is((select upn from enrollment.sign_in('ann@corp.test', null, true)), 'ann@corp.test', 'but the page does');
select is((select upn from enrollment.sign_in('ann@other.test', null, true)), null, 'of that domain alone');

-- Signed in: a token.
select is(fixture.signed_in('ann@corp.test', 'a'), 't', 'without terms all is done');
select results_eq($$ select sha256, upn, uses, used, expires_at - created_at from mdm.token where credential = 'federated' $$,
  $$ values (fixture.b('a'), 'ann@corp.test', 1, 0, interval '10 minutes') $$, 'with a token for one device and ten minutes');
select is((select count(*) from mdm.page_ticket), 0::bigint, 'and no ticket');
select is(fixture.signed_in('ann@corp.test', 'b', true), 'f', 'where it needs a click');
select is(fixture.tokens(), 1::bigint, 'there is no token yet');
select is(fixture.go_on('b'), 't ann@corp.test', 'the click');
select is(fixture.tokens(), 2::bigint, 'gives one');
select throws_ok($$ select fixture.go_on('b') $$, 'MD404', null, 'once');
select throws_ok($$ select fixture.go_on('never') $$, 'MD404', null, 'a ticket that never was');
select is(fixture.signed_in('ann@corp.test', 'c', true), 'f', 'another');
update mdm.page_ticket set expires_at = now() - interval '1 second';
select throws_ok($$ select fixture.go_on('c') $$, 'MD404', null, 'too late');
select is(fixture.signed_in('ann@corp.test', 'd', true), 'f', 'the next one');
select is((select count(*) from mdm.page_ticket), 1::bigint, 'clears those that are over away');

-- Terms of use.
select throws_ok(format('select admin.terms_set(%s)', a), 'MD400', null, 'terms_set: ' || a)
  from (values ('''1 2'', ''x'''), (''''', ''x'''), ('''1'''), ('''1'', '' '''), ('''1'', E''a\x01'''), ('''1'', repeat(''x'', 262145)')) t (a);
select lives_ok($$ select admin.terms_set('2026-1', E'One.\n\nTwo.') $$, 'terms');
select is(fixture.signed_in('Ann@corp.test', 'e'), E'f 2026-1 One.\n\nTwo.', 'have to be accepted');
select is(fixture.go_on('e'), E'f Ann@corp.test 2026-1 One.\n\nTwo.', 'and come again until they are');
select is(fixture.go_on('e', '2025-9'), E'f Ann@corp.test 2026-1 One.\n\nTwo.', 'these, and no others');
select is(fixture.tokens(), 2::bigint, 'without a token');
select is(fixture.go_on('e', '2026-1'), 't Ann@corp.test', 'accepted');
select is(fixture.tokens(), 3::bigint, 'with one');
select results_eq($$ select upn, version, accepted_at, source from admin.terms_acceptance $$,
  $$ values ('ann@corp.test', '2026-1', now(), '192.0.2.7') $$, 'which is on record');
select is((select detail->>'version' from admin.event where kind = 'terms.accepted'), '2026-1', 'with an event');
select is(fixture.signed_in('ann@CORP.test', 'f'), 't', 'once is enough');
select throws_ok($$ select admin.terms_set('2026-1', 'Other.') $$, 'MD409', null, 'what was accepted is not changed');
select lives_ok($$ select admin.terms_set('2026-2', 'New.') $$, 'but there can be new ones');
select is(fixture.signed_in('ann@corp.test', 'g'), 'f 2026-2 New.', 'which have to be accepted');
select is((select count(*) from admin.terms where current), 1::bigint, 'one version holds');
select lives_ok($$ select admin.terms_set('2026-1', E'One.\n\nTwo.') $$, 'back to the old ones');
select is(fixture.go_on('g'), 't ann@corp.test', 'who had accepted them goes on');
select lives_ok($$ select admin.terms_set(null) $$, 'none');
select is((select count(*) from admin.terms where not current), 2::bigint, 'those that were can be read');

-- Terms of use for a user whom Entra vouches for.
create function fixture.terms_page(in_upn text, in_name text) returns text language sql as
$$ with p as (select * from enrollment.terms_page(in_upn)), s as (insert into secret select in_name, ticket from p where ticket is not null)
   select concat_ws(' ', done, version, content, blob) from p $$;
create function fixture.terms_answer(in_name text, in_version text default null, in_decline boolean default false) returns text language sql as
$$ select concat_ws(' ', done, upn, version, content, blob) from enrollment.terms_answer(
     coalesce(fixture.b(in_name), 'x'), in_version, in_decline, '192.0.2.8') $$;
select is(fixture.terms_page('Eva@corp.test', 't1'), 't none', 'without terms all is done');
select lives_ok($$ select admin.terms_set('2026/3', 'Third.') $$, 'terms');
select is(fixture.terms_page('Eva@corp.test', 't1'), 'f 2026/3 Third.', 'have to be accepted');
select is((select (purpose, expires_at - now()) from mdm.page_ticket where sha256 = fixture.b('t1')), ('terms'::text, interval '10 minutes'), 'with a ticket');
select is(fixture.terms_answer('t1'), 'f Eva@corp.test 2026/3 Third.', 'and come again until they are');
select is(fixture.terms_answer('t1', '2026-2'), 'f Eva@corp.test 2026/3 Third.', 'these, and no others');
select throws_ok($$ select fixture.go_on('t1', '2026/3') $$, 'MD404', null, 'it is no ticket of the sign-in page');
select is(fixture.terms_answer('t1', '2026/3'), 't Eva@corp.test 2026%2F3', 'accepted');
select throws_ok($$ select fixture.terms_answer('t1', '2026/3') $$, 'MD404', null, 'once');
select is((select (upn, source) from admin.terms_acceptance where version = '2026/3'), ('eva@corp.test'::text, '192.0.2.8'::text), 'which is on record');
select is(fixture.terms_page('eva@corp.test', 't2'), 't 2026%2F3', 'and not asked again');
select is(fixture.terms_page('max@corp.test', 't2'), 'f 2026/3 Third.', 'another user');
select is(fixture.terms_answer('t2', '2026/3', true), 't max@corp.test', 'declines');
select throws_ok($$ select fixture.terms_answer('t2', '2026/3') $$, 'MD404', null, 'for good');
select is((select detail from admin.event where kind = 'terms.declined'), '{"upn": "max@corp.test", "version": "2026/3"}', 'with an event');
select is_empty($$ select from admin.terms_acceptance where upn = 'max@corp.test' $$, 'and no acceptance');
select is(fixture.signed_in('max@corp.test', 't3'), 'f 2026/3 Third.', 'a ticket of the sign-in page');
select throws_ok($$ select fixture.terms_answer('t3', '2026/3') $$, 'MD404', null, 'accepts nothing here');
select is(fixture.terms_page('max@corp.test', 't4'), 'f 2026/3 Third.', 'a ticket');
update mdm.page_ticket set expires_at = now() - interval '1 second' where sha256 = fixture.b('t4');
select throws_ok($$ select fixture.terms_answer('t4', '2026/3') $$, 'MD404', null, 'is over after its time');
select throws_ok($$ insert into mdm.page_ticket values ('x', 'x', now(), 'other') $$, '23514', null, 'a ticket is for a page there is');
select lives_ok($$ select admin.terms_set(null) $$, 'none again');

-- What is over goes away, some of it each time.
delete from mdm.page_ticket;
insert into mdm.page_ticket (sha256, upn, expires_at)
  select sha256(n::text::bytea), 'x', now() - n * interval '1 second' from generate_series(1, 150) n;
insert into mdm.token (sha256, credential, name, upn, uses, expires_at)
  select sha256(n::text::bytea), 'federated', 'old', 'x', 1, now() - interval '1 day' - n * interval '1 second' from generate_series(1, 150) n;
insert into mdm.token (sha256, credential, name, upn, uses, expires_at) values
  ('day', 'federated', 'old', 'x', 1, now() - interval '23 hours'), ('own', 'token', 'old', 'x', 1, now() - interval '29 days');
create function fixture.left() returns text language sql as
$$ select concat_ws(' ', (select count(*) from mdm.page_ticket where upn = 'x'), (select count(*) from mdm.token where name = 'old')) $$;
select is(fixture.signed_in('ann@corp.test', 'p1'), 't', 'a token is made');
select is(fixture.left(), '50 52', 'and a hundred of what is over is gone');
select is((select min(now() - expires_at) from mdm.page_ticket where upn = 'x'), interval '1 second', 'the oldest first');
select is(fixture.signed_in('ann@corp.test', 'p2', true), 'f', 'a ticket is made');
select is(fixture.left(), '0 2', 'and the rest is');
select is(fixture.signed_in('ann@corp.test', 'p3'), 't', 'another');
select is((select array_agg(sha256 order by sha256) from mdm.token where name = 'old'), '{day,own}'::bytea[],
  'a token stays for a day, as its request may come again; those of an administrator for longer');

-- Where tokens alone are open.
select admin.way_set('password', 'bulk.test', false) \g /dev/null
select is((select (federated, password) from discovery.way('a@bulk.test')), (true, true), 'a token comes as of the page, or as a password');
select admin.way_set('token', 'bulk.test', false) \g /dev/null
select is((select (federated, password) from discovery.way('a@bulk.test')), (false, false), 'without them nothing is open');

-- REMOTE_USER.
select throws_ok($$ select enrollment.remote_user('ann@corp.test') $$, 'MD403', null, 'is not believed at first');
select admin.setting_set('remote_user', 'on') \g /dev/null
select is(enrollment.remote_user('ann@CORP.test'), 'ann@corp.test', 'user@DOMAIN');
select is(enrollment.remote_user('CORP\ann'), 'ann@corp.test', 'DOMAIN\user');
select throws_ok($$ select enrollment.remote_user('ann') $$, 'MD403', null, 'a bare name is nobody''s');
select admin.setting_set('remote_user_domain', 'Corp.test') \g /dev/null
select is(enrollment.remote_user('ann'), 'ann@corp.test', 'but of the domain that is set');
select throws_ok(format('select enrollment.remote_user(%L)', n), 'MD403', null, format('not %L', n))
  from (values (''), ('@corp.test'), ('CORP\'), (E'a\nb@corp.test')) t (n);
select is(fixture.signed_in('ann@corp.test', 'h', true), 'f', 'a ticket');
select throws_ok($$ select fixture.go_on('h', in_remote => 'bob') $$, 'MD404', null, 'is not for another user');
select is(fixture.go_on('h', in_remote => 'CORP\ann'), 't ann@corp.test', 'but for this one');

-- The link.
select admin.setting_set('enrollment_url', 'https://mdm.example.com:8443') \g /dev/null
select is(admin.enrollment_link(), 'ms-device-enrollment:?mode=mdm&servername=https%3A%2F%2Fmdm.example.com%3A8443', 'for anybody');
select is(admin.enrollment_link(''), admin.enrollment_link(), 'an empty name is none');
select is(admin.enrollment_link('ä b&c=d@x.test'), 'ms-device-enrollment:?mode=mdm&username=%C3%A4%20b%26c%3Dd%40x.test&servername=https%3A%2F%2Fmdm.example.com%3A8443', 'for a user');
select is(enrollment.link('a'), admin.enrollment_link('a'), 'the page has the same');

select * from finish();
rollback;

-- SPDX-License-Identifier: ISC
-- What a token is good for, when it is forgotten; terms of use for who comes
-- with a token of Entra ID; how often devices poll; addresses with a path.
begin;
\ir fixture.inc
select * from no_plan();

-- A device enrolls: null, or what is against it, with its ErrorType.
create function fixture.admit(in_name text, in_credential text, in_token text, in_source text default '192.0.2.7',
  in_context text[] default '{}', in_upn text default 'ann@corp.test') returns text language plpgsql as $$
declare
  v_upn text := coalesce((select t.upn from mdm.token t where t.sha256 = fixture.h(in_token)), in_upn);
  v_type text;
begin
  perform enrollment.reserve(v_upn, in_name, 'Full', fixture.h('request ' || in_name), convert_to('key ' || in_name, 'UTF8'),
    substr(fixture.h('serial ' || in_name), 1, 16), in_name, 'c', 's', '\x01', '\x02',
    array(select v from unnest(in_context) with ordinality c (v, n) where n % 2 = 1),
    array(select v from unnest(in_context) with ordinality c (v, n) where n % 2 = 0));
  perform enrollment.admit(v_upn, in_name, fixture.h('request ' || in_name), in_credential, fixture.h(in_token), in_source);
  return null;
exception when sqlstate 'MD403' then
  get stacked diagnostics v_type = pg_exception_detail;
  return sqlerrm || coalesce(' ' || nullif(v_type, ''), '');
end $$;
create function fixture.spent(in_token text, in_source text) returns text language sql as
$$ select spent from enrollment.token(fixture.h(in_token), in_source) $$;

-- Networks.
create temp table t as select admin.token_create(9, in_name => 'net', in_networks => '{192.0.2.0/24,2001:db8::/32}') as token;
select is(fixture.admit('N1', 'token', token), null, 'from a network of the token') from t;
select is(fixture.admit('N2', 'token', token, '2001:db8:1::7'), null, 'of IPv6, too') from t;
select is(fixture.admit('N3', 'token', token, '::ffff:192.0.2.9'), null, 'or of IPv4 in the form of IPv6') from t;
select is(fixture.admit('N4', 'token', token, source), 'the token is for other networks', 'from ' || coalesce(source, 'nowhere'))
  from t, unnest('{192.0.3.7,2001:db9::1,::ffff:192.0.3.1,"",x,192.0.2.7/8x,NULL}'::text[]) source;
select is(fixture.admit('N1', 'token', token, '198.51.100.1'), null, 'a request that was let in may come again from elsewhere') from t;
select is((select used from admin.token where name = 'net'), 3, 'what is refused does not count');
select is(fixture.spent(token, '192.0.3.7'), 'the token is for other networks', 'the worker is told before') from t;
select is(fixture.spent(token, '192.0.2.7'), null, 'where it is so') from t;
select is(mdm.token_refusal(k, '192.0.3.7'), 'the token was revoked', 'what has an end is said first')
  from mdm.token m, t, jsonb_populate_record(m, '{"revoked_at": "now"}') k where m.sha256 = fixture.h(t.token);
select is(mdm.network_matches(null, null), true, 'without networks all is well');

-- Editions and versions.
update t set token = admin.token_create(9, in_name => 'os', in_os_editions => '{4,48}', in_minimum_os_version => '10.0.19045');
select is(fixture.admit('O1', 'token', token, null, '{OSEdition,4,OSVersion,10.0.19045.1}'), null, 'an edition and a version of the token') from t;
select is(fixture.admit('O2', 'token', token, null, '{OSEdition,101,OSVersion,10.0.19045.1}'),
  'the token is for other editions than OSEdition 101 DeviceNotSupported', 'another edition') from t;
select is(fixture.admit('O2', 'token', token, null, '{OSVersion,10.0.19045.1}'),
  'the token is for other editions than OSEdition not given DeviceNotSupported', 'no edition') from t;
select is(fixture.admit('O2', 'token', token, null, '{OSEdition,4,OSVersion,10.0.9999.9}'),
  'the token is for later versions than OSVersion 10.0.9999.9 DeviceNotSupported', 'an older version') from t;
select is(fixture.admit('O2', 'token', token, null, '{OSEdition,4,OSVersion,eleven}'),
  'the token is for later versions than OSVersion eleven DeviceNotSupported', 'no version') from t;
select is(fixture.admit('O2', 'token', token, null, '{OSEdition,48,OSVersion,10.1}'), null, 'a later one') from t;
select is((select (used, networks, os_editions, minimum_os_version)::text from admin.token where name = 'os'),
  '(2,,"{4,48}",10.0.19045)', 'admin.token shows it');
select is((select detail ->> 'minimum_os_version' from mdm.event where kind = 'token.created' order by seq desc limit 1), '10.0.19045', 'and so does the event');
select throws_ok(format('select admin.token_create(%s)', a), 'MD400', null, 'token_create: ' || a)
  from unnest(array['in_networks => ''{}''', 'in_networks => ''{NULL}''', 'in_os_editions => ''{}''', 'in_os_editions => ''{4,NULL}''',
    'in_minimum_os_version => ''''', 'in_minimum_os_version => ''10.x''']) a;
select throws_ok($$ select admin.token_create(in_networks => '{192.0.2.1/24}') $$, '22P02', null, 'a network is no address with a mask');

-- What is over is forgotten, some at a time.
select admin.token_create(in_name => 'old-' || n) from generate_series(1, 250) n \g /dev/null
update mdm.token set expires_at = now() - interval '30 days' where name like 'old-%';
create function fixture.old() returns bigint language sql as $$ select count(*) from mdm.token where name like 'old-%' $$;
select mdm.page_prune() \g /dev/null
select is(fixture.old(), 250::bigint, 'for thirty days tokens are listed');
update mdm.token set expires_at = now() - interval '30 days 1 minute' where name like 'old-%';
select admin.token_create() \g /dev/null
select is(fixture.old(), 150::bigint, 'then a new one has a hundred of them go');
select admin.setting_set('token_days', '31') \g /dev/null
select mdm.page_prune() \g /dev/null
select is(fixture.old(), 150::bigint, 'how long is a setting');
select admin.setting_set('token_days', null) \g /dev/null
select mdm.page_prune(), mdm.page_prune() \g /dev/null
select is(fixture.old(), 0::bigint, 'all go in the end');
select ok((select count(*) from mdm.token where name in ('net', 'os')) = 2, 'but for those that hold');
select throws_ok($$ select admin.setting_set('token_days', '0') $$, 'MD400', null, 'a token that was used is not forgotten at once');

-- Terms of use for who comes with a token of Entra ID.
select admin.way_set('jwt', '*'), admin.terms_set('v1', 'Terms.') \g /dev/null
select is(fixture.admit('J1', 'jwt', null), null, 'at first nobody asks who accepted them');
select admin.setting_set('terms_enforced', 'true') \g /dev/null
select is(fixture.admit('J2', 'jwt', null), 'the user has not accepted the terms of use v1 InvalidEnrollmentData', 'then they have to be accepted');
select is(fixture.admit('J1', 'jwt', null), null, 'who was let in stays so');
select is(fixture.admit('J3', 'password', null), null, 'who has no page to accept them is not asked');
select mdm.terms_accept('Ann@corp.test', 'v1', null) \g /dev/null
select is(fixture.admit('J2', 'jwt', null), null, 'accepted once is enough');
select admin.terms_set('v2', 'New.') \g /dev/null
select is(fixture.admit('J4', 'jwt', null), 'the user has not accepted the terms of use v2 InvalidEnrollmentData', 'for one version');
select admin.terms_set(null) \g /dev/null
select is(fixture.admit('J4', 'jwt', null), null, 'without terms there is nothing to accept');

-- A token of Entra ID enrolls one device.
select is(fixture.admit('K1', 'jwt', 'one'), null, 'a token of Entra enrolls a device');
select is(fixture.admit('K2', 'jwt', 'one'), 'JWT: it has enrolled another device', 'and no other one');
select is(fixture.admit('K1', 'jwt', 'one'), null, 'whose request may come again');
select is((mdm.jwt_spend(fixture.h('one'), 'k1'), mdm.jwt_spend(fixture.h('one'), 'K2')), (true, false), 'or another request of it');
select is(fixture.admit('K2', 'jwt', 'two'), null, 'another token enrolls another');
select is(fixture.admit('K3', 'jwt', null), null, 'a worker of before has no say in it');
update mdm.jwt_use set expires_at = now() - interval '1 second' where device_id = 'k1';
select mdm.page_prune() \g /dev/null
select is((select array_agg(device_id) from mdm.jwt_use), '{k2}', 'what is over is forgotten');

-- How often devices poll.
select is(mdm.poll_warning('{}'), null, 'the presets are in order');
select is(mdm.poll_warning(s), w, s::text) from (values
  (jsonb '{"poll_remaining_interval": "1441"}', 'without push, and with 1441 minutes between the last polls, a device may not come for more than a day'),
  ('{"poll_remaining_interval": "1441", "push_pfn": "x"}', null),
  ('{"poll_remaining_interval": "1440", "push_pfn": "x"}', null),
  ('{"poll_remaining_interval": "480", "push_pfn": "x"}', 'with push, 480 minutes between the last polls are more than are needed: a day (1440) or more will do'),
  ('{"poll_remaining_interval": "480"}', null),
  ('{"poll_remaining_number": "3"}', 'the last set has an end: devices do not poll any more after it'),
  ('{"poll_first_number": "0", "poll_first_interval": "1"}', 'the first set has no end: devices poll every 1 minutes for ever'),
  ('{"poll_first_number": "0", "poll_first_interval": "480", "poll_remaining_interval": "9999"}', null),
  ('{"poll_second_number": "0", "poll_second_interval": "59"}', 'the second set has no end: devices poll every 59 minutes for ever'),
  ('{"poll_second_number": "0", "poll_remaining_interval": "9999"}', null),
  ('{"poll_first_interval": "0", "poll_second_interval": "0", "poll_remaining_interval": "0"}', 'every interval is 0: devices do not poll at all')) c (s, w);
create function fixture.warned() returns text language sql as $$ select detail ->> 'warning' from mdm.event where kind in ('setting.set', 'provisioning.set') order by seq desc limit 1 $$;
set client_min_messages = error;
select admin.setting_set('poll_remaining_interval', '2880') \g /dev/null
select matches(fixture.warned(), '^without push, ', 'a setting that is odd is set, and says so');
select admin.setting_set('push_pfn', 'Contoso.Mdm_x') \g /dev/null
select is(fixture.warned(), null, 'with push it is not');
select admin.setting_set('poll_remaining_interval', '480') \g /dev/null
select matches(fixture.warned(), '^with push, ', 'but polling often is');
select admin.setting_set('server_name', 'X') \g /dev/null
select is(fixture.warned(), null, 'other settings have nothing to do with it');
select admin.provisioning_set(1, 'kiosks', '{"push_pfn": "", "poll_remaining_interval": "5000"}') \g /dev/null
select matches(fixture.warned(), '^without push, and with 5000 ', 'a rule says so as well');
select admin.provisioning_set(1, 'kiosks', '{"help_phone": "1"}') \g /dev/null
select is(fixture.warned(), null, 'if it is about polls');
select throws_ok($$ select admin.provisioning_set(1, 'kiosks', '{"poll_first_number": "x"}') $$, 'MD400', null, 'what is no number is refused as before');
select throws_ok($$ select admin.provisioning_set(1, 'kiosks', '["poll_first_number"]') $$, 'MD400', null, 'and so is what is no object');

-- Addresses with a path.
select lives_ok(format('select admin.setting_set(''enrollment_url'', %L)', u), u)
  from unnest('{https://mdm.example.com/fenestra,https://mdm.example.com:8443/a/b.c/d_e,https://[::1]/~x-y}'::text[]) u;
select throws_ok(format('select admin.setting_set(''enrollment_url'', %L)', u), 'MD400', null, u)
  from unnest('{https://m/,https://m/a/,https://m//,https://m/a//b,https://m/..,https://m/a?b,"https://m/a b",https://m/a#b,"https://m/a\"",https://m/%41}'::text[]) u;
select matches(mdm.enrollment_link(null), 'servername=https%3A%2F%2F%5B%3A%3A1%5D%2F~x-y$', 'the link has it');

select * from finish();
rollback;

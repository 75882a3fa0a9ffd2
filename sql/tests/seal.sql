-- SPDX-License-Identifier: ISC
-- Secrets that are sealed: what may stand where, and what replaces what.
begin;
\ir fixture.inc
select * from no_plan();

create function fixture.sealed(in_key text, in_text text) returns text language sql as
$$ select 'seal:' || replace(encode('\x01'::bytea || decode(in_key, 'hex') || substr(fixture.h(in_text), 1, 12) || fixture.h(in_text), 'base64'), E'\n', '') $$;
select fixture.sealed('0011223344556677', 'a') as a, fixture.sealed('0011223344556677', 'b') as b, fixture.sealed('8899aabbccddeeff', 'a') as other \gset

-- Which key.
select is(mdm.seal_key(:'a'), '0011223344556677', 'the key of a sealed value');
select is(mdm.seal_key(:'other'), '8899aabbccddeeff', 'another one');
select is(mdm.seal_key('seal:AWMNzSlmxDNmBwcHBwcHBwcHBwcHK0C44E5h+9L6LGePt7Cyg6v31x2l'), '630dcd2966c43366', 'as the programs write it');
select is_empty($$ select v from unnest('{client secret 1,"",seal:,seal:AAAA,Seal:AWMNzSlmxDNmBwcHBwcHBwcHBwcHK0C44E5h+9L6LGePt7Cyg6v31x2l}'::text[]) v where mdm.seal_key(v) is not null $$, 'clear ones have none');
select is(mdm.seal_key(null), null, 'nor has nothing');

-- The DM passwords come when the device is known.
select device as d from enrollment.reserve('ann@fenestra.test', 'S', 'Full', '\x51', '\x52', '\x53', 'auth', null, null, '\x01', '\x02', '{}', '{}') \gset
select is((select row(client_secret, server_secret)::text from mdm.enrollment where device = :'d'), '(,)', 'none at first');
select results_eq(format('select * from enrollment.secrets(%L, ''\x51'', %L, %L)', :'d', :'a', :'b'), format('values (%L, %L)', :'a', :'b'), 'those that are given');
select results_eq(format('select * from enrollment.secrets(%L, ''\x51'', %L, %L)', :'d', :'other', :'other'), format('values (%L, %L)', :'a', :'b'), 'the same ones again, whatever is given');
select throws_ok(format('select * from enrollment.secrets(%L, ''\x5f'', %L, %L)', :'d', :'a', :'b'), 'P0002', null, 'none of another request');

-- What is clear is sealed when it is used.
select fixture.enroll('C') as c \gset
select ok(management.reseal(:'c', 'client_secret', 'client secret 1', :'a'), 'the client''s');
select ok(enrollment.reseal(:'c', 'server_secret', 'server secret 1', :'b'), 'the server''s');
select results_eq(format('select client_secret, server_secret from management.credential(%L)', :'c'), format('values (%L, %L)', :'a', :'b'), 'are sealed');
select ok(not management.reseal(:'c', 'client_secret', 'client secret 1', :'other'), 'who comes second does nothing');
select ok(not management.reseal(:'d', 'server_secret', 'server secret 1', :'other'), 'nor who means another device');
select is((select client_secret from management.credential(:'c')), :'a', 'it stays');
select throws_ok(format('select management.reseal(%L, ''client_secret'', %L, ''clear'')', :'c', :'a'), 'MD400', 'not a sealed value', 'nothing clear takes its place');
select is_empty(format('select kind from mdm.event where device = %L and kind ~ ''seal''', :'c'), 'which is no event');

-- What is still to be sealed, some devices at a time.
select fixture.enroll('E') as e \gset
select bag_eq($$ select u.device, u.purpose, u.value from management.unsealed('0011223344556677', null, 100) u where u.purpose is not null $$,
  format($$ values (%1$L::uuid, 'client_secret', 'client secret 1'), (%1$L, 'server_secret', 'server secret 1') $$, :'e'), 'what is clear');
select is((select count(*) from management.unsealed('8899aabbccddeeff', null, 100) u where u.purpose is not null), 6::bigint, 'with another key all of them');
select set_eq($$ with recursive walk as (select u.device from management.unsealed('00', null, 1) u where u.purpose is null
    union all select u.device from walk, management.unsealed('00', walk.device, 1) u where u.purpose is null) select * from walk $$,
  'select device from mdm.enrollment', 'device after device');
select is_empty(format($$ select * from management.unsealed('00', (select max(device::text)::uuid from mdm.enrollment), 1) $$), 'and no further');
select set_eq($$ select key, kind, count from admin.seal_key $$,
  $$ values ('0011223344556677', 'DM password', 4::bigint), (null, 'DM password', 2) $$, 'the administrator sees which keys are in use');

-- The key of a webhook is the server's: it comes with the first of them.
insert into mdm.webhook (name, url, kinds, secret, enabled) values ('w', 'https://w', '{}', :'b', false);
select is((select array_agg(u.purpose || ' ' || u.device) from management.unsealed('8899aabbccddeeff', null, 1) u where u.value = :'b' and u.purpose = 'webhook'),
  '{"webhook 00000000-0000-0000-0000-000000000000"}', 'the key of a webhook');
select ok(management.reseal('00000000-0000-0000-0000-000000000000', 'webhook', :'b', :'other'), 'is sealed anew');
select is((select secret from mdm.webhook where name = 'w'), :'other', 'and stands');
select is((select key from admin.seal_key where kind = 'webhook'), '8899aabbccddeeff', 'and is seen');

-- A weak hash makes room for one of today.
select admin.user_set('Jo@fenestra.test', '$y$j75$pJzpXQ86FkEY7sbd1dCsC.$pc2AbKr/Wp9X8VY.Ei0sGyD56FgAtn4THFnt3jIa7AC') \g /dev/null
create temp table strong as select '$y$j9T$pJzpXQ86FkEY7sbd1dCsC.$pc2AbKr/Wp9X8VY.Ei0sGyD56FgAtn4THFnt3jIa7AC'::text as hash;
select ok(not enrollment.password_rehash('jo@fenestra.test', 'another', hash), 'not where the password was changed') from strong;
select ok(not enrollment.password_rehash('nobody@fenestra.test', a.password_hash, hash), 'not of another user') from strong, mdm.account a where a.name = 'jo@fenestra.test';
select throws_ok($$ select enrollment.password_rehash('jo@fenestra.test', 'another', 'secret') $$, 'MD400', 'not a password hash', 'not by what is no hash');
select ok(enrollment.password_rehash('jo@fenestra.test', a.password_hash, hash), 'but of the one that signed in') from strong, mdm.account a where a.name = 'jo@fenestra.test';
select results_eq($$ select password_hash from mdm.account where name = 'jo@fenestra.test' $$, 'select hash from strong', 'it stands');
select is((select array_agg(kind order by seq) from admin.event where device is null and detail->>'upn' ilike 'jo@%'), '{user.set,user.rehashed}', 'and is told');
select is_empty($$ select detail from mdm.event where detail::text ~ 'j9T|j75' $$, 'without any hash');
select * from finish();
rollback;

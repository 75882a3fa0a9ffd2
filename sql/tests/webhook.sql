-- SPDX-License-Identifier: ISC
-- Webhooks: what is told to whom, tried again, given up, and sent anew.
begin;
\ir fixture.inc
select * from no_plan();

create function fixture.sealed() returns text language sql as
$$ select 'seal:' || repeat('A', 56) $$;
-- What is due, as webhook/kind/attempt.
create function fixture.taken(in_limit int default 16) returns text[] language sql as
$$ select coalesce(array_agg(t.webhook || '/' || (t.body::jsonb->>'kind') || '/' || t.attempt order by t.webhook, t.seq), '{}')
     from webhook.take(in_limit) t $$;
create function fixture.outbox() returns setof text language sql as
$$ select webhook || '/' || state || '/' || attempts || '/' || coalesce(status::text, '-') from admin.webhook_delivery order by seq $$;

-- What a webhook may be.
select throws_ok(format('select admin.webhook_set(%L, %L, %L, %L)', name, url, kinds, secret), 'MD400', null, why) from (values
  ('a b', 'https://h/', '{%}', fixture.sealed(), 'a name with a blank'),
  (null, 'https://h/', '{%}', fixture.sealed(), 'no name'),
  ('a', 'ftp://h/', '{%}', fixture.sealed(), 'another scheme'),
  ('a', 'https://h', '{%}', fixture.sealed(), 'no path'),
  ('a', 'https://u@h/', '{%}', fixture.sealed(), 'a user in the address'),
  ('a', 'https://h/a b', '{%}', fixture.sealed(), 'a blank in the address'),
  ('a', null, '{%}', fixture.sealed(), 'no address'),
  ('a', 'https://h/', '{}', fixture.sealed(), 'no kinds'),
  ('a', 'https://h/', '{Device}', fixture.sealed(), 'no kind that there is'),
  ('a', 'https://h/', '{NULL}', fixture.sealed(), 'null as a kind'),
  ('a', 'https://h/', null, fixture.sealed(), 'null for the kinds'),
  ('a', 'https://h/', '{%}', 'a clear secret, and long enough to be one of the others', 'a secret that is not sealed'),
  ('a', 'https://h/', '{%}', null, 'a new one without a secret')) as t (name, url, kinds, secret, why);
select is_empty('select * from admin.webhook', 'none was made');

select lives_ok($$ select admin.webhook_set('all', 'https://hooks.example/a', in_secret => fixture.sealed()) $$, 'one for all');
select lives_ok($$ select admin.webhook_set('devices', 'https://hooks.example/d', '{device.%,certificate.issued}', fixture.sealed()) $$, 'one for some');
select lives_ok($$ select admin.webhook_set('off', 'https://hooks.example/o', in_secret => fixture.sealed(), in_enabled => false) $$, 'one that is off');
select is_empty($$ select column_name from information_schema.columns where table_schema = 'admin' and table_name like 'webhook%' and column_name = 'secret' $$,
  'no view has the secret');
select is((select count(*) from admin.event where kind = 'webhook.set' and detail::text like '%seal:%'), 0::bigint, 'no event has it');
select is((select count(*) from mdm.outbox), 0::bigint, 'webhooks are not told of themselves');

-- An event is put into the boxes of those that want it, in its transaction.
select fixture.enroll('one') as one \gset
select is((select array_agg(kind order by seq) from admin.webhook_delivery where webhook = 'all' and device = :'one'),
  (select array_agg(kind order by seq) from admin.event where device = :'one'), 'all: every event of the device');
select results_eq($$ select distinct kind from admin.webhook_delivery where webhook = 'devices' order by 1 $$,
  $$ select distinct kind from admin.event where kind like 'device.%' or kind = 'certificate.issued' order by 1 $$, 'devices: the kinds it wants');
select is((select count(*) from admin.webhook_delivery where webhook = 'off'), 0::bigint, 'off: nothing');

-- Taking: four of each, once, in two minutes again.
delete from mdm.outbox where webhook = 'devices';
select admin.setting_set('server_name', 'N' || n) from generate_series(1, 6) n \g /dev/null
delete from mdm.outbox where device = :'one';
select is(fixture.taken(), array_fill('all/setting.set/1'::text, array[4]), 'four of one webhook at a time');
select is(fixture.taken(1), array_fill('all/setting.set/1'::text, array[1]), 'and no more than asked for');
select is(cardinality(fixture.taken()), 1, 'each once');
select is(fixture.taken(), '{}'::text[], 'then none');
update mdm.outbox set next_at = now() - interval '1 s' where (device, seq) in (select device, seq from mdm.outbox order by seq limit 1);
select is(fixture.taken(), '{all/setting.set/2}'::text[], 'a sender that died: again after its time');

-- What is sent.
delete from mdm.outbox;
update mdm.webhook set enabled = false where name = 'devices';
select admin.block(:'one') \g /dev/null
select t.* from webhook.take(1) t \gset t_
select is(:'t_body'::jsonb - '{at,seq,detail,actor}'::text[], jsonb_build_object('delivery', :'t_delivery', 'kind', 'device.blocked', 'operator', null,
  'device', (select jsonb_build_object('id', id, 'device_id', device_id, 'name', name, 'upn', upn, 'state', state) from admin.device where id = :'one')), 'the event with its device');
select is((:'t_body'::jsonb->>'seq')::bigint, :'t_seq'::bigint, 'its number');
select is(:'t_url'::text, 'https://hooks.example/a', 'where to');
select is(:'t_secret'::text, fixture.sealed(), 'signed with what');

-- A failure: later, and the webhook pauses.
select webhook.done(:'t_device', :'t_seq', :'t_webhook', 1, 503, null) \g /dev/null
select results_eq('select * from fixture.outbox()', '{all/waiting/1/503}'::text[], 'it waits');
select ok(bool_and(next_at between now() + '5 s' and now() + '10 s'), 'for five to ten seconds') from mdm.outbox;
select is((select array[failures, (paused_until > now())::int] from mdm.webhook where name = 'all'), '{1,1}'::int[], 'the webhook pauses');
select webhook.done(:'t_device', :'t_seq', :'t_webhook', 7, 200, null) \g /dev/null
select is((select count(*) from mdm.outbox), 1::bigint, 'the outcome of another attempt is none of this one');
update mdm.outbox set next_at = now();
select is(fixture.taken(), '{}'::text[], 'nothing while it pauses');
update mdm.webhook set paused_until = now();
select is(fixture.taken(), '{all/device.blocked/2}'::text[], 'then again');
select webhook.done(:'t_device', :'t_seq', :'t_webhook', 2, 0, 'no route ' || repeat('x', 900)) \g /dev/null
select ok(bool_and(next_at between now() + '10 s' and now() + '20 s' and status is null and length(error) = 200), 'twice as long, and why') from mdm.outbox;
select ok(bool_and(w <= interval '6 hours'), 'never longer than six hours') from (
  select (select interval '10 s' * least(2 ^ (n - 1), 2160)) as w from generate_series(1, 99) n) w;

-- Given up at the last attempt, kept to be seen, sent anew when asked.
update mdm.outbox set attempts = 14, next_at = now();
update mdm.webhook set paused_until = now();
select is(fixture.taken(), '{all/device.blocked/15}'::text[], 'the last attempt');
select webhook.done(:'t_device', :'t_seq', :'t_webhook', 15, 410, null) \g /dev/null
select results_eq('select * from fixture.outbox()', '{all/dead/15/410}'::text[], 'a dead letter');
select is((select detail->>'webhook' from admin.event where kind = 'webhook.dead'), 'all', 'and an event');
select is((select count(*) from mdm.outbox), 1::bigint, 'which is told to nobody');
select is(fixture.taken(), '{}'::text[], 'it is not tried any more');
select is((select array[waiting, dead]::int[] from admin.webhook where name = 'all'), '{0,1}'::int[], 'the view says so');
select is(admin.webhook_resend('all'), 1::bigint, 'one is sent anew');
select is(fixture.taken(), '{all/device.blocked/1}'::text[], 'from the beginning');
select webhook.done(:'t_device', :'t_seq', :'t_webhook', 1, 204, null) \g /dev/null
select is((select count(*) from mdm.outbox), 0::bigint, 'taken: gone');
select is((select array[failures, delivered]::int[] from mdm.webhook where name = 'all'), '{0,1}'::int[], 'and counted');
select webhook.done(:'t_device', :'t_seq', :'t_webhook', 1, 204, null) \g /dev/null
select is((select delivered from mdm.webhook where name = 'all'), 1::bigint, 'once');

-- A test, a change, the end.
select lives_ok($$ select admin.webhook_test('devices') $$, 'a test');
select is((select array_agg(webhook || '/' || kind) from admin.webhook_delivery), '{devices/webhook.test}'::text[], 'for that one alone');
select lives_ok($$ select admin.webhook_set('devices', 'https://hooks.example/new') $$, 'another address, the same secret');
select is((select array[secret, url, enabled::text] from mdm.webhook where name = 'devices'), array[fixture.sealed(), 'https://hooks.example/new', 'true'], 'changed');
select lives_ok($$ select admin.webhook_remove('devices') $$, 'removed');
select is((select detail->>'lost' from admin.event where kind = 'webhook.removed'), '1', 'with what it was not told, which the event counts');
select is((select count(*) from mdm.outbox), 0::bigint, 'nothing of it is left');
select throws_ok(format('select admin.webhook_%s(''nobody'')', f), 'MD404', null, f) from unnest('{remove,resend,test}'::text[]) f;

select * from finish();
rollback;

-- SPDX-License-Identifier: ISC
-- Machines that share an id, and devices that take the place of others.
begin;
\ir fixture.inc
select * from no_plan();

create function fixture.machine(in_name text, in_hardware text, in_upn text default 'ann@fenestra.test') returns uuid language plpgsql as
$$ declare r record; begin
  select * into r from enrollment.reserve(in_upn, in_name, 'Full', fixture.h('request ' || in_upn || in_name), fixture.h('key ' || in_upn || in_name),
    fixture.h('serial ' || in_upn || in_name), 'a', 'c', 's', '\x01', '\x02', array['MAC', 'HWDevID'], array['1', in_hardware]);
  perform signer.issue(r.device, r.serial, convert_to(in_upn || in_name, 'UTF8'), fixture.cert(in_name), '\x01', fixture.h('ca'));
  perform fixture.message(r.device, 'hello', 1);
  return r.device;
end $$;
create function fixture.shared(in_device uuid) returns text language sql as
$$ select string_agg(detail->>'first', ' ' order by seq) from admin.event where device = in_device and kind = 'hardware_id.shared' $$;

-- Two machines with one hardware id.
select fixture.machine('A', 'HW') as a, fixture.machine('B', ' hw ') as b, fixture.machine('C', 'other') as c \gset
select isnt(:'a'::uuid, :'b'::uuid, 'two machines with one hardware id are two devices');
select is(fixture.shared(:'b'), :'a', 'which leaves an event');
select is(coalesce(fixture.shared(:'a'), fixture.shared(:'c')), null, 'that is of the second alone');
select is(fixture.message(:'a', 's', 1), '1', 'the first works');
select is(fixture.message(:'b', 's', 1), '1', 'and the second');
select is(fixture.shared(fixture.machine('D', 'HW', 'bob@fenestra.test')), :'a', 'of another user too');
select is(fixture.shared(fixture.machine('E', '')), null, 'no hardware id is none');
select is(fixture.shared(fixture.machine('F', '')), null, 'however often');
select is(fixture.machine('G', 'G1'), fixture.enroll('G', 2), 'the same device once more');
select is(fixture.shared((select id from admin.device where device_id = 'G')), null, 'shares with nobody');
select fixture.alert(:'a', 1226, 'com.microsoft:mdm.unenrollment.userrequest', '1');
select is(fixture.shared(fixture.machine('H', 'HW')), null, 'who has left does not count');
select isnt(fixture.shared(fixture.machine('I', 'HW')), null, 'but who came after does');

-- By proof: enrolled over TLS with the certificate of the old one.
select fixture.machine('O', 'O') as o, fixture.machine('P', 'P') as p \gset
select admin.enqueue(:'o', 'Get', './DevDetail/SwV');
select enrollment.supersede(:'o', fixture.cert('O'));
select is((select supersedes from mdm.device where device = :'o'), null, 'its own certificate proves nothing');
select enrollment.supersede(:'p', '\x00');
select is((select supersedes from mdm.device where device = :'p'), null, 'nor one that nobody knows');
select device as n, serial as s from fixture.reserve('N') \gset
select enrollment.supersede(:'n', fixture.cert('O')), enrollment.supersede(:'n', fixture.cert('O'));
select signer.issue(:'n', :'s', '\x01', fixture.cert('N'), '\x02', fixture.h('ca'));
select is(fixture.message(:'o', 's', 1), '1', 'the old one works until the new one is seen');
select is(fixture.message(:'n', 's', 1), '1', 'the new one comes');
select results_eq(format('select state from admin.device where id in (%L, %L) order by device_id', :'n', :'o'), '{enrolled,retired}'::text[], 'and has taken its place');
select throws_ok(format('select fixture.message(%L, ''s'', 2)', :'o'), 'MD403', 'the certificate is superseded', 'the old certificate has ended');
select is(fixture.states(:'o'), '{cancelled}', 'and the old queue');
select is((select array_agg(kind || ' ' || coalesce(detail->>'old', detail->>'by')) from admin.event where kind ~ 'device.supersede'
  and device in (:'n', :'o')), array['device.supersedes ' || :'o', 'device.superseded ' || :'n'], 'each has one event of it');
select is(fixture.message(:'n', 's2', 1), '1', 'once');
select is(fixture.enroll('O', 2), :'o'::uuid, 'the old one may enroll again');
select admin.block(:'p');
select enrollment.supersede(:'n', fixture.cert('P'));
select is((select supersedes from mdm.device where device = :'n'), null, 'a blocked one stays blocked');

-- By the administrator.
select admin.supersede(:'b', :'n');
select is((select state from admin.device where id = :'b'), 'retired', 'the administrator retires one');
select throws_ok(format('select admin.supersede(%L, %L)', :'b', :'n'), 'MD409', null, 'once');
select throws_ok(format('select admin.supersede(%L, %L)', :'n', :'n'), 'MD400', null, 'for another one');
select throws_ok(format('select admin.supersede(%L, gen_random_uuid())', :'n'), 'MD404', null, 'that there is');
select throws_ok(format('select admin.supersede(gen_random_uuid(), %L)', :'n'), 'MD404', null, 'both');
\ir invariant.inc
select * from finish();
rollback;

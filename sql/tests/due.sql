-- SPDX-License-Identifier: ISC
-- When a device is looked after: at the beginning of a session, if a revision
-- was raised or its time has come, and never otherwise.
begin;
\ir fixture.inc
select * from no_plan();

-- Stand-ins that say when they are called and what they were told.
create table fixture.called (device uuid, n int generated always as identity);
create table fixture.again (at timestamptz);
grant usage on schema fixture to public;
grant all on fixture.called, fixture.again to public;
insert into fixture.again values ('infinity');
create or replace function mdm.reconcile(in_device uuid) returns timestamptz language plpgsql volatile
set search_path = pg_catalog, pg_temp as $$
begin
  insert into fixture.called (device) values (in_device);
  return (select at from fixture.again);
end $$;
create or replace function mdm.inventory_due(in_device uuid) returns timestamptz language sql volatile
set search_path = pg_catalog, pg_temp as $$ select timestamptz 'infinity' $$;
create function fixture.calls() returns bigint language sql as 'select count(*) from fixture.called';
create function fixture.due(in_device uuid) returns text language sql as
$$ select r.revision - s.revision || ' ' || s.due_at from mdm.session s, mdm.session_rule r where s.device = in_device $$;

select fixture.enroll('A') as a \gset
select fixture.message(:'a', '1', 1);
select is(fixture.calls(), 1::bigint, 'the first session of a device, whose certificate is new');
select is(fixture.due(:'a'), '0 infinity', 'is noted');
select fixture.message(:'a', '1', 2);
select fixture.message(:'a', '2', 1);
select is(current_setting('fenestra.message'), 'idle', 'a device that is up to date');
select is(fixture.calls(), 1::bigint, 'is not looked after');

update mdm.session_rule set revision = revision + 1;
select fixture.message(:'a', '2', 2);
select is(fixture.calls(), 1::bigint, 'nor is one in the middle of a session');
select fixture.message(:'a', '3', 1);
select is(fixture.calls(), 2::bigint, 'at the next one''s beginning it is, for the revision was raised');
select is(fixture.due(:'a'), '0 infinity', 'once');
select fixture.message(:'a', '3', 1);
select is(fixture.calls(), 2::bigint, 'and not when its first message is repeated');

update mdm.session set due_at = now();
update fixture.again set at = '2999-01-01 00:00+00';
select fixture.message(:'a', '4', 1);
select is(fixture.calls(), 3::bigint, 'the time has come');
select is((select due_at from mdm.session where device = :'a'), '2999-01-01 00:00+00'::timestamptz,
  'and is set anew: the least that was asked for');

-- Out of the ordinary: the credential comes with message 2.
update mdm.session set due_at = '-infinity';
select fixture.message(:'a', '5', 1, null, null, true);
select is(fixture.calls(), 4::bigint, 'on the short way');
update mdm.session set due_at = '-infinity', special = true;
select fixture.message(:'a', '6', 1);
select is(fixture.calls(), 5::bigint, 'and on the long one');
select fixture.message(:'a', '6', 2);
select is(fixture.calls(), 5::bigint, 'which a later message of the session does not lead to again');

-- A device whose row is older than these columns has their defaults.
insert into mdm.device (device, device_id, upn) values ('00000000-0000-0000-0000-00000000000f', 'OLD', 'o@fenestra.test');
insert into mdm.session (device) values ('00000000-0000-0000-0000-00000000000f');
select is((select due_at from mdm.session where device = '00000000-0000-0000-0000-00000000000f'), '-infinity', 'an old or new device is due at once');
select is((select revision from mdm.session where device = '00000000-0000-0000-0000-00000000000f'), 0::bigint, 'for revisions begin there');
update fixture.again set at = 'infinity';
select is(mdm.device_due('00000000-0000-0000-0000-00000000000f')::text, '', 'looking after it');
select is(fixture.due('00000000-0000-0000-0000-00000000000f'), '0 infinity', 'makes it like the others');
select * from finish();
rollback;

-- SPDX-License-Identifier: ISC
-- The audit trail: append-only, a chain of hashes for each device, who and
-- whence; what is tampered with is found.
begin;
\ir fixture.inc
select * from no_plan();

select fixture.enroll('A') as a \gset
select fixture.enroll('B') as b \gset
set fenestra.operator = 'jo@helm';
set application_name = 'audit test';
select admin.block(:'a'), admin.approve(:'a'), admin.setting_set('server_name', 'Firma "Müller" \ Söhne') \g /dev/null
set fenestra.operator = '';

-- Who, whence.
select results_eq(format('select actor, operator, client, application from admin.event where device = %L order by seq desc limit 1', :'a'),
  $$ values (session_user::text collate "default", 'jo@helm', null::text, 'audit test') $$, 'an event says who did it and whence');
select is((select count(*) from admin.event where device = :'b' and operator is not null), 0::bigint, 'no operator where none is named');
select set_config('fenestra.operator', repeat('x', 1000) || chr(10), true) \g /dev/null
select admin.block(:'b') \g /dev/null
select is((select length(operator) from admin.event where device = :'b' and kind = 'device.blocked'), 128, 'a name that goes on and on is cut');
select set_config('fenestra.operator', '', true) \g /dev/null

-- The chain.
select is_empty('select * from admin.audit_verify()', 'a chain that nobody touched is whole');
select is((select count(distinct sha256) from admin.event), (select count(*) from admin.event), 'each event has a hash of its own');
select is((select array_agg(encode(c.event_sha256, 'hex') order by device) from mdm.counter c),
  (select array_agg(s.sha256 order by s.device) from (select distinct on (1) coalesce(device, '00000000-0000-0000-0000-000000000000') as device, sha256
     from admin.event order by 1, seq desc) s), 'the counter has the end of the chain');

-- What breaks it, each in turn: kind of tampering, statement, device, seq, fault.
create temp table tampering (n serial, what text, statement text, at bigint, fault text);
insert into tampering (what, statement, at, fault) values
('a changed actor', 'update mdm.event set actor = ''x'' where device = %L and seq = 3', 3, '%not what was written%'),
('a changed kind', 'update mdm.event set kind = ''x'' where device = %L and seq = 1', 1, '%not what was written%'),
('a changed detail', 'update mdm.event set detail = detail || ''{"x": 1}'' where device = %L and seq = 2', 2, '%not what was written%'),
('a detail with nothing', 'update mdm.event set detail = detail || ''{"x": null}'' where device = %L and seq = 2', 2, '%not what was written%'),
('a changed time', 'update mdm.event set at = at + interval ''1 microsecond'' where device = %L and seq = 4', 4, '%not what was written%'),
('a changed operator', 'update mdm.event set operator = null where device = %L and seq = 4', 4, '%not what was written%'),
('a changed client', 'update mdm.event set client = ''::1'' where device = %L and seq = 1', 1, '%not what was written%'),
('a changed application', 'update mdm.event set application = ''y'' where device = %L and seq = 1', 1, '%not what was written%'),
('a changed hash', 'update mdm.event set sha256 = sha256(''x'') where device = %L and seq = 2', 2, '%not what was written%'),
('a changed row with its own hash', 'update mdm.event e set actor = ''x'', sha256 = sha256(convert_to(mdm.event_line(e.device, e.seq, e.at,
   e.kind, ''x'', e.operator, e.client, e.application, e.detail, (select p.sha256 from mdm.event p where p.device = e.device and p.seq = e.seq - 1)), ''UTF8''))
   where device = %L and seq = 3', 4, '%does not follow%'),
('a removed row', 'delete from mdm.event where device = %L and seq = 2', 3, '1 that stood before it are missing'),
('a removed beginning', 'delete from mdm.event where device = %L and seq <= 2', 3, '2 that stood before it are missing'),
('a cut tail', 'delete from mdm.event where device = %L and seq >= 3', 2, '2 that stood after it are missing'),
('a cut tail and a counter that was set back', 'delete from mdm.event where device = %1$L and seq >= 3; update mdm.counter set event = 2 where device = %1$L', 2, 'is not the end%'),
('the last row changed, with its own hash', 'update mdm.event e set actor = ''x'', sha256 = sha256(convert_to(mdm.event_line(e.device, e.seq, e.at,
   e.kind, ''x'', e.operator, e.client, e.application, e.detail, (select p.sha256 from mdm.event p where p.device = e.device and p.seq = e.seq - 1)), ''UTF8''))
   where device = %L and seq = 4', 4, 'is not the end%'),
('all removed', 'delete from mdm.event where device = %L', 0, '4 that stood after it are missing'),
('an inserted row', 'insert into mdm.event (device, seq, kind, actor, sha256) values (%L, 5, ''x'', ''x'', ''\x00'')', 5, '%not what was written%'),
('a row of another chain', 'insert into mdm.event select %L, 5, at, kind, actor, detail, operator, client, application, sha256 from mdm.event order by device, seq limit 1', 5,
 '%does not follow%'),
('rows in another order', 'update mdm.event set seq = -seq where device = %1$L and seq in (2, 3); update mdm.event set seq = 5 + seq where device = %1$L and seq < 0', 2,
 '%does not follow%'),
('a lost counter', 'delete from mdm.counter where device = %L', 0, 'the counter of the chain is missing'),
('chain and counter gone', 'delete from mdm.counter where device = %1$L; delete from mdm.event where device = %1$L', 0, 'the counter of the chain is missing'),
('a forged beginning', 'insert into mdm.event_anchor select device, seq, sha256 from mdm.event where device = %1$L and seq = 2;
  delete from mdm.event where device = %1$L and seq <= 2', 2, 'the beginning was cut off, and no event says so');

create function fixture.tamper(in_device uuid, in_statement text) returns text language plpgsql as $$
declare v_found text;
begin
  begin
    execute format(in_statement, in_device);
    select string_agg(format('%s %s %s', v.device, v.seq, v.fault), '; ') into v_found from admin.audit_verify() v;
    v_found := coalesce(v_found, 'nothing') || case when exists (select from admin.audit_verify(in_device)) then '' else ' but not by itself' end;
    raise exception 'undo' using errcode = 'XX999';
  exception when sqlstate 'XX999' then null;
  end;
  return v_found;
end $$;
select is((select count(*) from admin.event where device = :'a'), 4::bigint, 'a chain of four');
select alike(fixture.tamper(:'a', t.statement), format('%s %s %s', :'a', t.at, t.fault), t.what || ' is found') from tampering t order by t.n;
select alike(fixture.tamper('00000000-0000-0000-0000-000000000000', 'update mdm.event set detail = ''{}'' where device = %L and detail->>''name'' = ''server_name'''),
  '% is not what was written%', 'on the server''s chain, too');
select is_empty('select * from admin.audit_verify()', 'and all is well again');

-- Who may.
select is_empty($$ select r.rolname, p.privilege from pg_roles r,
    unnest(array['insert', 'update', 'delete', 'truncate', 'references', 'trigger']) as p (privilege), unnest(array['mdm.event', 'mdm.counter', 'mdm.event_anchor', 'admin.event']) t
  where r.rolname like 'fenestra\_%' and r.rolname <> 'fenestra_owner' and has_table_privilege(r.oid, t, p.privilege) $$, 'no role may write to the audit trail');
create function fixture.tries(in_role text) returns text language plpgsql as $$
declare v_statement text; v_state text; v_all text := '';
begin
  foreach v_statement in array array['update mdm.event set actor = ''x''', 'delete from mdm.event', 'truncate mdm.event', 'insert into mdm.event (device, seq, kind, actor) values (gen_random_uuid(), 1, ''x'', ''x'')',
    'update mdm.counter set event_sha256 = ''''', 'insert into mdm.event_anchor values (gen_random_uuid(), 1, '''')', 'delete from admin.event', 'select mdm.event_forget(null, now())', 'select mdm.event_add(null, ''x'')',
    'alter table mdm.event disable trigger all', 'drop table mdm.event'] loop
    begin
      execute format('set local role %I', in_role);
      execute v_statement;
      v_all := v_all || v_statement || '; ';
    exception when insufficient_privilege then null;
    end;
    reset role;
  end loop;
  return v_all;
end $$;
select is(fixture.tries(rolname), '', rolname || ' tries in vain') from pg_roles where rolname like 'fenestra\_%' and rolname <> 'fenestra_owner' order by rolname;
select bag_eq($$ select proname::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where nspname in ('mdm', 'discovery', 'enrollment', 'management', 'signer', 'admin') and prosrc ~* '(update|delete from|insert into|truncate)\s+mdm\.event\M' $$,
  array['event_add', 'event_forget', 'device_forget'], 'one function adds, one forgets, none changes');

-- Export.
create temp table line as select n, line from admin.audit_export() with ordinality as x (line, n);
select is((select count(*) from line), (select count(*) from admin.event), 'each event is a line');
select is_empty($$ select n from line where line !~ '^\{.*, "sha256": "[0-9a-f]{64}"\}$' or line ~ E'\n' $$, 'which ends with its hash');
select is_empty($$ select n from line where encode(sha256(convert_to(regexp_replace(line, ', "sha256": "[0-9a-f]{64}"\}$', '}'), 'UTF8')), 'hex') <> line::jsonb->>'sha256' $$,
  'that of the line without it');
select is_empty($$ select n from (select n, line::jsonb as j, lag(line::jsonb) over (order by n) as p from line) l
  where j->>'previous' <> case when p->>'device' = j->>'device' then p->>'sha256' else '' end $$, 'and the line has that of the one before');
select is((select array_agg(line::jsonb->>'kind') from admin.audit_export(:'a') as line), fixture.events(:'a'), 'one device alone');
select is_empty($$ select admin.audit_export(in_from => now() + interval '1 second') $$, 'from a time on');

-- Retention.
select fixture.age(:'a', '400 days', 2) \g /dev/null
select is_empty('select * from admin.audit_verify()', 'a chain from long ago');
select is(mdm.event_forget(:'a', now() - interval '500 days'), 0::bigint, 'nothing is old enough');
select is(mdm.event_forget(:'a', now() - interval '1 day'), 2::bigint, 'two are');
select is((select array_agg(seq order by seq) from admin.event where device = :'a'), '{3,4,5}', 'the rest stays');
select results_eq(format('select kind, detail->>''events'' from admin.event where device = %L and seq = 5', :'a'), $$ values ('audit.forgotten', '2') $$, 'an event says so');
select is_empty('select * from admin.audit_verify()', 'and what is left is whole');
select is((select line::jsonb->>'previous' from admin.audit_export(:'a') as line limit 1), (select encode(sha256, 'hex') from mdm.event_anchor), 'its first line follows what was removed');
select alike(fixture.tamper(:'a', 'update mdm.event set actor = ''x'' where device = %L and seq = 3'), '% 3 is not what was written%', 'a change is found');
select alike(fixture.tamper(:'a', 'delete from mdm.event where device = %L and seq = 3'), '% 4 1 that stood before it are missing', 'so is another cut');
select alike(fixture.tamper(:'a', 'delete from mdm.event_anchor where device = %L'), '% 3 2 that stood before it are missing', 'and an anchor that was lost');
select is(mdm.event_forget(:'a', now() + interval '1 second'), 3::bigint, 'all are');
select is(fixture.events(:'a'), '{audit.forgotten}', 'one remains: that they are gone');
select is_empty('select * from admin.audit_verify()', 'a chain all the same');
select cmp_ok(mdm.event_forget(null, now() + interval '1 second'), '>', 0::bigint, 'the server''s chain, too');
select is_empty('select * from admin.audit_verify()', 'is whole after it');
select is(mdm.event_forget(gen_random_uuid(), now()), 0::bigint, 'a device that never was has nothing to forget');
select * from finish();
rollback;

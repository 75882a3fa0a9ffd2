-- SPDX-License-Identifier: ISC
-- Each role reaches the functions of its own schema and nothing else.
begin;
\ir fixture.inc
select * from no_plan();

create temp view role as
select r.oid, r.rolname as name, substr(r.rolname, 10) as schema
  from pg_roles r
 where r.rolname in ('fenestra_discovery', 'fenestra_enrollment', 'fenestra_management', 'fenestra_signer', 'fenestra_webhook', 'fenestra_admin');
create temp view function as
select p.*, n.nspname as schema from pg_proc p join pg_namespace n on n.oid = p.pronamespace
 where n.nspname in ('mdm', 'discovery', 'enrollment', 'management', 'signer', 'webhook', 'admin');
create temp view relation as
select c.*, n.nspname as schema from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where n.nspname in ('mdm', 'discovery', 'enrollment', 'management', 'signer', 'webhook', 'admin')
   and c.relkind in ('r', 'v', 'm', 'p', 'S');

-- The four that have a part of what the administrator has.
create temp view part_role as
select r.oid, r.rolname as name from pg_roles r
 where r.rolname in ('fenestra_operator', 'fenestra_helpdesk', 'fenestra_eraser', 'fenestra_auditor');

-- There is something to look at.
select is((select count(*) from part_role), 4::bigint, 'so do the four that have a part of admin');
select is((select count(*) from role), 6::bigint, 'the six roles exist');
select bag_eq('select proname::text from function where schema = ''discovery''',
  array['schema_version', 'setting', 'way'], 'functions of discovery');
select bag_eq('select proname::text from function where schema = ''enrollment''',
  array['schema_version', 'setting', 'sign_in', 'sign_in_done', 'token', 'admit', 'jwt_key', 'jwt_claims', 'template', 'reserve', 'renew', 'supersede', 'provisioning',
        'secrets', 'reseal', 'password_rehash', 'page', 'page_signed_in', 'page_go_on', 'remote_user', 'link', 'terms_page', 'terms_answer'], 'functions of enrollment');
select bag_eq('select proname::text from function where schema = ''signer''',
  array['schema_version', 'setting', 'reservation', 'issue', 'authority', 'revoked', 'crl_number'], 'functions of the signer');
select bag_eq('select proname::text from function where schema = ''webhook''',
  array['schema_version', 'setting', 'take', 'done'], 'functions of the sender of webhooks');
select bag_eq('select proname::text from function where schema = ''management''',
  array['schema_version', 'setting', 'certificate', 'message', 'devinfo', 'alert', 'status', 'result', 'deliver',
        'abort', 'credential', 'device_by_id', 'upload_begin', 'upload_done', 'reseal', 'unsealed', 'undeliverable', 'stranger', 'metrics'],
  'functions of management');
select bag_eq('select proname::text from function where schema = ''admin''',
  array['compliance_set', 'compliance_remove', 'inventory_kind_set', 'inventory_kind_remove', 'inventory_ask',
        'maintain',
        'variable_set', 'variable_remove', 'secret_set', 'secret_remove',
        'targets',
        'rollout_start', 'rollout_start_syncml', 'rollout_next', 'rollout_pause', 'rollout_resume', 'rollout_abort',
        'group_set', 'group_remove', 'group_member_add', 'group_member_remove', 'assign', 'unassign',
        'desired', 'rule_fits', 'status_words',
        'profile_set', 'profile_import', 'profile_remove', 'profile_resend', 'profile_item_set', 'profile_item_remove',
        'user_disable', 'user_enable', 'device_find',
        'csp_import', 'csp_remove', 'csp_find', 'csp_check', 'admx_import', 'admx_remove', 'admx_enqueue', 'admx_value',
        'user_set', 'user_remove', 'setting_set', 'enqueue', 'enqueue_syncml', 'cancel',
        'enqueue_many', 'enqueue_many_syncml', 'clear', 'resend', 'window_set', 'window_remove',
        'block', 'approve', 'certificate_revoke', 'renew', 'supersede',
        'provisioning_set', 'provisioning_remove',
        'way_set', 'way_remove', 'directory_set', 'directory_remove',
        'token_create', 'token_revoke', 'enrollment_group_set', 'enrollment_group_remove', 'device_register', 'device_unregister',
        'recover', 'restored', 'webhook_set', 'webhook_remove', 'webhook_resend', 'webhook_test',
        'jwks_set', 'tenant_set', 'tenant_remove', 'terms_set', 'enrollment_link',
        'action_approve', 'action_cancel', 'diagnostics', 'sync', 'reboot', 'rename', 'wipe', 'autopilot_reset', 'fresh_start', 'retire', 'locate', 'defender_scan', 'defender_update',
        'laps_rotate', 'bitlocker_rotate', 'msi_install', 'msi_remove', 'msix_install', 'msix_remove', 'root_install', 'pfx_install', 'scep_install', 'root_syncml', 'pfx_syncml',
        'scep_syncml', 'edition_upgrade', 'audit_verify', 'audit_export', 'worker_activity'],
  'functions of admin');
select bag_eq('select relname::text from relation where schema = ''admin''',
  array['inventory_change', 'inventory_kind', 'inventory_asked', 'inventory_missing', 'program', 'compliance_rule', 'compliance',
        'rollout', 'rollout_device',
        'group', 'group_device', 'profile', 'profile_item', 'profile_status', 'profile_summary', 'assignment', 'conflict',
        'admx', 'admx_policy', 'csp_node', 'csp_root', 'migration',
        'device', 'enrollment', 'certificate', 'command', 'result', 'event', 'setting', 'inventory', 'alert',
        'account', 'command_part', 'way', 'directory', 'throttle', 'token', 'enrollment_group', 'registration', 'tenant', 'jwk', 'authority', 'provisioning',
        'action', 'upload', 'seal_key', 'variable', 'secret', 'stranger', 'terms', 'terms_acceptance', 'webhook', 'webhook_delivery', 'maintenance_window', 'worker_health'], 'views of admin');
select bag_eq('select relname::text from relation where schema in (''discovery'', ''enrollment'', ''management'')',
  '{}'::text[], 'no table or view in the workers'' schemas');
select cmp_ok((select count(*) from relation where schema = 'mdm' and relkind = 'r'), '>', 10::bigint,
  'there are tables');

-- The form of every function.
select is_empty($$ select oid::regprocedure from function
  where not 'search_path=pg_catalog, pg_temp' = any (coalesce(proconfig, '{}')) $$,
  'every function has a fixed search_path');
select is_empty($$ select oid::regprocedure from function
  where prosecdef <> (schema <> 'mdm') $$, 'the functions of the roles, and only they, are definers');
select is_empty($$ select oid::regprocedure from function where obj_description(oid, 'pg_proc') is null $$,
  'every function has a comment');
select is_empty($$ select oid::regclass from relation where obj_description(oid, 'pg_class') is null $$,
  'every table and view has a comment');
select is_empty($$ select attrelid::regclass, attname from pg_attribute a join relation r on r.oid = a.attrelid
  where r.schema = 'admin' and attnum > 0 and col_description(attrelid, attnum) is null $$,
  'every column of the views has a comment');
select is_empty($$ select oid::regprocedure from function
  where exists (select from unnest(proargnames, coalesce(proargmodes, array_fill('i'::"char", array[pronargs::int])))
    as a (name, mode) where mode = 'i' and name !~ '^in_') $$, 'every parameter is in_x');
select is_empty($$ select oid::regclass::text from relation where relowner <> 'fenestra_owner'::regrole
  union all select oid::regprocedure::text from function where proowner <> 'fenestra_owner'::regrole $$,
  'all belongs to the owner');

-- Who may what.
select is_empty($$ select r.name, f.oid::regprocedure from role r, function f
  where has_function_privilege(r.oid, f.oid, 'execute') <> (f.schema = r.schema) $$,
  'execute follows the schema');
select is_empty($$ select r.name, n.nspname from role r, pg_namespace n
  where n.nspname in ('mdm', 'discovery', 'enrollment', 'management', 'signer', 'webhook', 'admin')
    and has_schema_privilege(r.oid, n.oid, 'usage') <> (n.nspname = r.schema) $$,
  'usage follows the schema');
select is_empty($$ select r.name, n.nspname from role r, pg_namespace n
  where n.nspname in ('mdm', 'discovery', 'enrollment', 'management', 'signer', 'webhook', 'admin', 'public')
    and has_schema_privilege(r.oid, n.oid, 'create') $$, 'no role creates anything');
select is_empty($$ select r.name, t.oid::regclass from role r, relation t
  where t.relkind <> 'S' and has_table_privilege(r.oid, t.oid, 'insert, update, delete, truncate, references, trigger') $$,
  'no role writes to a table');
select is_empty($$ select r.name, t.oid::regclass from role r, relation t
  where t.relkind <> 'S' and (has_table_privilege(r.oid, t.oid, 'select') or has_any_column_privilege(r.oid, t.oid, 'select'))
    <> (r.name = 'fenestra_admin' and t.schema = 'admin') $$, 'only the administrator reads, and only the views');
-- The matrix of grants.sql, word for word.
create temp view may as
select substr(r.name, 10) as who, f.proname::text as what from part_role r, function f
 where has_function_privilege(r.oid, f.oid, 'execute')
 union all
select substr(r.name, 10), t.relname::text from part_role r, relation t
 where t.relkind <> 'S' and (has_table_privilege(r.oid, t.oid, 'select') or has_any_column_privilege(r.oid, t.oid, 'select'))
   and r.name <> 'fenestra_auditor';
create temp table matrix (kind text, what text, who text);
insert into matrix values
  ('function', 'action_approve', 'e'),
  ('function', 'action_cancel', 'ohe'),
  ('function', 'admx_enqueue', 'o'),
  ('function', 'admx_value', 'oh'),
  ('function', 'approve', 'oh'),
  ('function', 'assign', 'o'),
  ('function', 'audit_export', 'a'),
  ('function', 'audit_verify', 'a'),
  ('function', 'autopilot_reset', 'e'),
  ('function', 'bitlocker_rotate', 'oh'),
  ('function', 'block', 'o'),
  ('function', 'cancel', 'oh'),
  ('function', 'clear', 'oh'),
  ('function', 'csp_check', 'oh'),
  ('function', 'csp_find', 'oh'),
  ('function', 'defender_scan', 'oh'),
  ('function', 'defender_update', 'oh'),
  ('function', 'desired', 'oha'),
  ('function', 'device_find', 'ohea'),
  ('function', 'device_register', 'oh'),
  ('function', 'device_unregister', 'oh'),
  ('function', 'diagnostics', 'oh'),
  ('function', 'edition_upgrade', 'o'),
  ('function', 'enqueue', 'o'),
  ('function', 'enqueue_many', 'o'),
  ('function', 'enqueue_many_syncml', 'o'),
  ('function', 'enqueue_syncml', 'o'),
  ('function', 'enrollment_link', 'oh'),
  ('function', 'fresh_start', 'e'),
  ('function', 'group_member_add', 'o'),
  ('function', 'group_member_remove', 'o'),
  ('function', 'group_remove', 'o'),
  ('function', 'group_set', 'o'),
  ('function', 'inventory_ask', 'oh'),
  ('function', 'laps_rotate', 'oh'),
  ('function', 'locate', 'oh'),
  ('function', 'msi_install', 'o'),
  ('function', 'msi_remove', 'o'),
  ('function', 'msix_install', 'o'),
  ('function', 'msix_remove', 'o'),
  ('function', 'pfx_install', 'o'),
  ('function', 'pfx_syncml', 'o'),
  ('function', 'profile_import', 'o'),
  ('function', 'profile_item_remove', 'o'),
  ('function', 'profile_item_set', 'o'),
  ('function', 'profile_remove', 'o'),
  ('function', 'profile_resend', 'o'),
  ('function', 'profile_set', 'o'),
  ('function', 'reboot', 'oh'),
  ('function', 'recover', 'o'),
  ('function', 'rename', 'oh'),
  ('function', 'renew', 'oh'),
  ('function', 'resend', 'o'),
  ('function', 'retire', 'e'),
  ('function', 'rollout_abort', 'o'),
  ('function', 'rollout_next', 'o'),
  ('function', 'rollout_pause', 'o'),
  ('function', 'rollout_resume', 'o'),
  ('function', 'rollout_start', 'o'),
  ('function', 'rollout_start_syncml', 'o'),
  ('function', 'root_install', 'o'),
  ('function', 'root_syncml', 'o'),
  ('function', 'rule_fits', 'oha'),
  ('function', 'scep_install', 'o'),
  ('function', 'scep_syncml', 'o'),
  ('function', 'status_words', 'oha'),
  ('function', 'supersede', 'o'),
  ('function', 'sync', 'oh'),
  ('function', 'targets', 'oh'),
  ('function', 'token_create', 'oh'),
  ('function', 'token_revoke', 'oh'),
  ('function', 'unassign', 'o'),
  ('function', 'user_disable', 'oh'),
  ('function', 'user_enable', 'oh'),
  ('function', 'user_remove', 'o'),
  ('function', 'user_set', 'o'),
  ('function', 'wipe', 'e'),
  ('function', 'worker_activity', 'oha'),
  ('view', 'account', 'oh'),
  ('view', 'action', 'ohe'),
  ('view', 'admx', 'oh'),
  ('view', 'admx_policy', 'oh'),
  ('view', 'alert', 'oh'),
  ('view', 'assignment', 'oh'),
  ('view', 'authority', 'o'),
  ('view', 'certificate', 'oh'),
  ('view', 'command', 'ohe'),
  ('view', 'command_part', 'oh'),
  ('view', 'compliance', 'oh'),
  ('view', 'compliance_rule', 'oh'),
  ('view', 'conflict', 'oh'),
  ('view', 'csp_node', 'oh'),
  ('view', 'csp_root', 'oh'),
  ('view', 'device', 'ohe'),
  ('view', 'directory', 'o'),
  ('view', 'enrollment', 'oh'),
  ('view', 'enrollment_group', 'oh'),
  ('view', 'event', 'ohe'),
  ('view', 'group', 'oh'),
  ('view', 'group_device', 'oh'),
  ('view', 'inventory', 'oh'),
  ('view', 'inventory_asked', 'oh'),
  ('view', 'inventory_change', 'oh'),
  ('view', 'inventory_kind', 'o'),
  ('view', 'inventory_missing', 'oh'),
  ('view', 'jwk', 'o'),
  ('view', 'maintenance_window', 'oh'),
  ('view', 'migration', 'o'),
  ('view', 'profile', 'oh'),
  ('view', 'profile_item', 'oh'),
  ('view', 'profile_status', 'oh'),
  ('view', 'profile_summary', 'oh'),
  ('view', 'program', 'oh'),
  ('view', 'provisioning', 'o'),
  ('view', 'registration', 'oh'),
  ('view', 'result', 'oh'),
  ('view', 'rollout', 'oh'),
  ('view', 'rollout_device', 'oh'),
  ('view', 'secret', 'oh'),
  ('view', 'setting', 'ohe'),
  ('view', 'stranger', 'oh'),
  ('view', 'tenant', 'o'),
  ('view', 'terms', 'o'),
  ('view', 'terms_acceptance', 'oh'),
  ('view', 'throttle', 'oh'),
  ('view', 'token', 'oh'),
  ('view', 'upload', 'oh'),
  ('view', 'variable', 'oh'),
  ('view', 'way', 'oh'),
  ('view', 'worker_health', 'oh');
select bag_eq($$ select what from may where who = 'operator' $$, $$ select what from matrix where who ~ 'o' $$, 'the operator may this and nothing else');
select bag_eq($$ select what from may where who = 'helpdesk' $$, $$ select what from matrix where who ~ 'h' $$, 'the help desk may this and nothing else');
select bag_eq($$ select what from may where who = 'eraser' $$, $$ select what from matrix where who ~ 'e' $$, 'who erases may this and nothing else');
select bag_eq($$ select what from may where who = 'auditor' $$, $$ select what from matrix where who ~ 'a' $$, 'the auditor may this and nothing else');
select is_empty($$ select r.name, t.oid::regclass from part_role r, relation t
  where r.name = 'fenestra_auditor' and t.relkind <> 'S'
    and (has_table_privilege(r.oid, t.oid, 'select') or has_any_column_privilege(r.oid, t.oid, 'select')) <> (t.schema = 'admin') $$,
  'and reads every view');
select is_empty($$ select r.name, t.oid::regclass from part_role r, relation t
  where t.relkind <> 'S' and (has_table_privilege(r.oid, t.oid, 'insert, update, delete, truncate, references, trigger')
    or has_any_column_privilege(r.oid, t.oid, 'insert, update, references')) $$, 'none of them writes to a table');
select is_empty($$ select r.name, f.oid::regprocedure from part_role r, function f
  where f.schema <> 'admin' and has_function_privilege(r.oid, f.oid, 'execute') $$, 'none of them reaches another schema''s functions');
select is_empty($$ select r.name, n.nspname from part_role r, pg_namespace n
  where n.nspname in ('mdm', 'discovery', 'enrollment', 'management', 'signer', 'admin', 'public')
    and (has_schema_privilege(r.oid, n.oid, 'usage') <> (n.nspname in ('admin', 'public')) or has_schema_privilege(r.oid, n.oid, 'create')) $$,
  'nor another schema');
select is_empty($$ select r.name from part_role r where exists (select from pg_auth_members m where m.member = r.oid) $$,
  'nor is one a member of another role');
select is_empty($$ select f.oid::regprocedure from function f, aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a
  where a.grantee = 0 $$, 'public executes nothing');
select is_empty($$ select r.name from role r where exists (select from pg_auth_members m where m.member = r.oid) $$,
  'no role is a member of another');
select is_empty($$ select rolname from pg_roles where rolname like 'fenestra\_%'
  and (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls) $$, 'no role has an attribute');
set local role fenestra_owner;
create function admin.later() returns int language sql as 'select 1';
reset role;
select is_empty($$ select 1 where has_function_privilege('fenestra_discovery', 'admin.later()', 'execute') $$,
  'a function made later is not public');
drop function admin.later();

-- Sharding: what a later distribution by device needs.
select is_empty($$ select t.relname from relation t where t.schema = 'mdm' and t.relkind = 'r'
  and t.relname not in ('inventory_kind', 'inventory_plain', 'compliance_rule',
    'rollout', 'site', 'group', 'assignment', 'profile', 'profile_item', 'node_rule',
    'csp_root', 'csp_node', 'admx', 'admx_policy',
    'migration', 'setting', 'account', 'template', 'run_once', 'device_key', 'provisioning_rule', 'status_class', 'session_rule',
    'action_kind', 'upload', 'upload_stale', 'enrollment_group', 'registration', 'directory', 'way', 'throttle', 'token', 'tenant', 'jwk', 'jwt_use', 'authority',
    'terms', 'terms_acceptance', 'page_ticket', 'stranger', 'webhook', 'maintenance_window', 'variable')
  and not exists (select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
    where i.indrelid = t.oid and i.indisprimary and a.attname = 'device') $$,
  'the primary key of each table of devices begins with device');
select is_empty($$ select i.indexrelid::regclass from pg_index i join relation t on t.oid = i.indrelid
  where t.schema = 'mdm' and i.indisunique and exists (select from pg_attribute a
      where a.attrelid = t.oid and a.attname = 'device') and t.relname not in ('device_key', 'upload')
    and not exists (select from pg_attribute a where a.attrelid = t.oid and a.attname = 'device'
      and a.attnum = any (i.indkey)) $$, 'each unique index has the device');
select is_empty($$ select conname from pg_constraint c join relation t on t.oid = c.conrelid
  where c.contype = 'f' and not exists (select from pg_attribute a where a.attrelid = c.conrelid
    and a.attnum = any (c.conkey) and a.attname = 'device') $$, 'each foreign key runs along the device');
select is_empty($$ select tgname from pg_trigger where tgrelid in (select oid from relation) and not tgisinternal $$,
  'there is no trigger');

-- The roles at work.
set local role fenestra_discovery;
select lives_ok('select * from discovery.setting()', 'discovery reads its settings');
select throws_ok('select enrollment.sign_in(''a'', ''::1'')', '42501', null, 'discovery reads no account');
set local role fenestra_enrollment;
select lives_ok('select enrollment.sign_in(''a'', ''::1'')', 'enrollment reads an account');
select throws_ok('select * from mdm.account', '42501', null, 'but not the table');
select throws_ok('select management.certificate(''\x00'')', '42501', null, 'and not management');
set local role fenestra_management;
select lives_ok('select management.certificate(''\x00'')', 'management looks up a certificate');
select throws_ok('delete from mdm.event', '42501', null, 'and cannot touch the audit trail');
select throws_ok('select admin.block(gen_random_uuid())', '42501', null, 'and not administrate');
set local role fenestra_admin;
select lives_ok('select * from admin.device', 'the administrator reads the views');
select lives_ok('select * from admin.' || relname, 'and each of them: ' || relname)
  from pg_class where relnamespace = 'admin'::regnamespace and relkind = 'v' order by relname;
select throws_ok('select * from mdm.enrollment', '42501', null, 'but not the secrets');
set local role fenestra_maintenance;
select lives_ok('select * from admin.maintain()', 'the timer does what time makes due');
select throws_ok('select * from admin.device', '42501', null, 'and sees no device');
reset role;
select bag_eq($$ select schema || '.' || proname from function where has_function_privilege('fenestra_maintenance', oid, 'execute') $$,
  array['admin.maintain'], 'nothing else is its own');
select is_empty($$ select relname from relation where relkind <> 'S' and has_table_privilege('fenestra_maintenance', oid, 'select, insert, update, delete') $$, 'and no table or view');
set local role fenestra_auditor;
select lives_ok('select * from admin.' || relname, 'the auditor reads each of them: ' || relname)
  from pg_class where relnamespace = 'admin'::regnamespace and relkind = 'v' order by relname;
set local role fenestra_admin;
select throws_ok('update admin.event set kind = ''x''', '42501', null, 'and cannot touch the audit trail');
select throws_ok('select mdm.unenroll(gen_random_uuid())', '42501', null, 'nor the inner functions');

-- The whole road, each step by its role.
set local role fenestra_enrollment;
select device, serial from enrollment.reserve('a@fenestra.test', 'R', 'Full', '\x01', '\x02', '\x03', 'a', 'c', 's',
  '\x04', '\x05', '{}', '{}') \gset
select throws_ok(format('select signer.issue(%L, %L, ''\x06'', ''\x07'', ''\x08'', ''\x0f'')', :'device', :'serial'), '42501', null,
  'enrollment stores no certificate');
set local role fenestra_signer;
select is((select public_key from signer.reservation(:'device', :'serial', 4102444800)), '\x02', 'the signer reads what to sign');
select lives_ok(format('select signer.issue(%L, %L, ''\x06'', ''\x07'', ''\x08'', ''\x0f'')', :'device', :'serial'), 'and stores what it signed');
select throws_ok('select enrollment.reserve(''a@fenestra.test'', ''S'', ''Full'', ''\x11'', ''\x12'', ''\x13'', ''a'', ''c'', ''s'',
  ''\x14'', ''\x15'', ''{}'', ''{}'')', '42501', null, 'but reserves nothing');
select throws_ok('select public_key from mdm.certificate', '42501', null, 'and reads no table');
set local role fenestra_admin;
select lives_ok(format('select admin.enqueue(%L, ''Get'', ''./DevDetail/SwV'')', :'device'), 'the administrator queues a command');
select lives_ok(format('select admin.enqueue_syncml(%L, ''<Atomic><Exec><Item><Target><LocURI>./A</LocURI></Target></Item></Exec></Atomic>'')', :'device'), 'and a group');
set local role fenestra_management;
select is(management.certificate('\x07'), :'device'::uuid, 'management finds the device');
select is(management.device_by_id('R', 'a'), null, 'by its name only where a password does');
select is((select client_secret from management.credential(:'device')), 'c', 'and its secrets');
select results_eq(format('select * from management.message(%L, ''\x07'', ''R'', ''1'', 1, ''\x09'', null, true)', :'device'),
  'values (1::bigint, false, 200, null::text, null::bytea, null::text, null::text, null::bytea, null::text, false)', 'takes its message');
select lives_ok(format('select management.devinfo(%1$L, ''{./DevInfo/Man}'', ''{x}''), management.alert(%1$L, ''{2}'', ''{1224}'',
  ''{t}'', ''{NULL}'', ''{NULL}'', ''{NULL}'', ''{x}'')', :'device'), 'with DevInfo and an alert');
select isnt_empty(format('select * from management.deliver(%L, 5)', :'device'), 'delivers the command');
select lives_ok(format('select management.message(%1$L, ''\x07'', ''R'', ''1'', 2, ''\x0a'', null, true), management.status(%1$L, ''{1}'',
  ''{5}'', ''{NULL}'', ''{200}'', ''{NULL}''), management.result(%1$L, ''{1}'', ''{5}'', ''{./DevDetail/SwV}'', ''{NULL}'', ''{NULL}'', ''{10}'')',
  :'device'), 'records status and result');
select lives_ok(format('select management.abort(%L)', :'device'), 'ends a session');
set local role fenestra_admin;
select results_eq('select c.state, r.data from admin.command c join admin.result r on r.command = c.id',
  $$ values ('done', '10') $$, 'which the administrator reads');
select is((select array_agg(verb order by part) from admin.command_part), '{Atomic,Exec}', 'and the group');
reset role;
select * from finish();
rollback;

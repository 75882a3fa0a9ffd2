-- SPDX-License-Identifier: ISC
-- Settings, and what may be enqueued.
begin;
\ir fixture.inc
select * from no_plan();
select fixture.enroll('A') as d \gset

-- Settings.
select results_eq('select name, value from admin.setting where name !~ ''^page_'' order by name', $$ values
  ('action_expiry', '30'), ('add_exists', 'true'), ('approval', 'none'), ('auth_failures', '5'), ('backoff_initial', '30000'),
  ('backoff_maximum', '120000'), ('certificate_backdate', '300'), ('certificate_store', ''), ('client_auth', 'DIGEST'), ('command_expiry', '0'),
  ('connection_retries', '6'), ('crl_hours', '168'), ('csp_check', 'refuse'), ('default_encoding', 'application/vnd.syncml.dm+xml'),
  ('delete_missing', 'true'), ('delivery_attempts', '3'), ('device_auth', 'certificate'), ('device_name', ''), ('enrollment_paths', 'one'),
  ('enrollment_url', 'https://enterpriseenrollment.example.com'), ('enrollment_version', '4.0'), ('esp_collect_logs', ''), ('esp_error_text', ''),
  ('esp_skip_device', ''), ('esp_skip_user', ''), ('esp_timeout', ''), ('fault_http_status', '500'), ('help_email', ''), ('help_phone', ''),
  ('help_website', ''), ('inventory', 'off'), ('maintenance', 'false'), ('management_url', 'https://manage.example.com/ManagementServer/MDM.svc'),
  ('message_budget', '65536'), ('message_signing', 'false'), ('object_maximum', '4194304'), ('poll_first_interval', '15'),
  ('poll_first_number', '5'), ('poll_on_login', 'true'), ('poll_remaining_interval', '1440'), ('poll_remaining_number', '0'),
  ('poll_second_interval', '60'), ('poll_second_number', '10'), ('profile_attempts', '5'), ('profile_retry', '60'), ('provider_id', 'Fenestra'),
  ('push_pfn', ''), ('refusal_message', ''), ('remote_user', 'off'), ('remote_user_domain', ''), ('renew_period', '42'), ('renew_retry', '7'),
  ('renewal_grace', '0'), ('renewal_limit', '0'), ('renewal_url', ''), ('replace_missing', 'true'), ('retain_action', '365'), ('retain_alert', '90'),
  ('retain_certificate', '400'), ('retain_command', '90'), ('retain_device', '730'), ('retain_event', '730'), ('retain_inventory_change', '365'), ('retain_outbox', '30'), ('retain_reading', '1'),
  ('retain_rollout', '365'), ('retain_token', '90'), ('retain_upload', '30'), ('retry_attempts', '10'), ('second_person', 'off'),
  ('server_name', 'Fenestra'), ('session_messages', '50'), ('session_rate', '30'), ('signer_rate', '6000'), ('sync_application_version', ''),
  ('terms_enforced', 'false'), ('throttle_first', '15'), ('throttle_maximum', '900'), ('throttle_overall', '600'), ('throttle_source', '100'),
  ('throttle_user', '5'), ('time_zone', 'UTC'), ('token_days', '30'), ('unenroll_days', ''), ('upload_days', '3'), ('upload_maximum', '64'),
  ('upload_quota', '4096'), ('verify_interval', '24'), ('webhook_attempts', '15'), ('webhook_timeout', '10'), ('wipe_delay', '0'),
  ('wipe_grace', '30'), ('wipe_silence', '24'), ('wipes_per_hour', '10') $$, 'the presets');
select is_empty('select name from mdm.setting where preset !~ (''^('' || pattern || '')$'')', 'each preset matches its pattern');
select bag_eq('select name from discovery.setting()', '{enrollment_url,enrollment_version,enrollment_paths,fault_http_status}'::text[], 'what discovery is given');
select is((select count(*) from enrollment.setting()), 35::bigint, 'what enrollment is given');
select is_empty('select name from enrollment.setting() where name in (''message_budget'', ''session_messages'')', 'and what not');
select bag_eq('select name from management.setting()', '{management_url,provider_id,server_name,message_budget,session_messages,device_auth,auth_failures,object_maximum,
  delivery_attempts,session_rate,retry_attempts,add_exists,replace_missing,delete_missing,command_expiry}'::text[], 'what management is given');
select admin.setting_set('server_name', 'Firma Müller & Söhne') \g /dev/null
select is((select value from enrollment.setting() where name = 'server_name'), 'Firma Müller & Söhne', 'set');
select admin.setting_set('server_name', null) \g /dev/null
select is((select value from enrollment.setting() where name = 'server_name'), 'Fenestra', 'null brings the preset back');
select is((select array_agg(detail->>'new' order by seq) from admin.event where kind = 'setting.set'), '{"Firma Müller & Söhne",Fenestra}', 'both leave an event');
select throws_ok('select admin.setting_set(''no_such'', ''1'')', 'MD404', null, 'an unknown setting');
set client_min_messages = error;
select lives_ok(format('select admin.setting_set(%L, %L)', name, value), name || ' takes ' || value) from (values
  ('enrollment_url', 'https://enterpriseenrollment.fenestra.test:8443'), ('enrollment_url', 'https://[::1]'),
  ('inventory', 'off'), ('maintenance', 'false'), ('management_url', 'https://manage.fenestra.test:8443/ManagementServer/MDM.svc'), ('management_url', 'https://m/x?y=z'),
  ('enrollment_version', '9.0'), ('fault_http_status', '200'), ('poll_on_login', 'false'), ('renew_period', '1000'),
  ('poll_first_number', '0'), ('message_budget', '1048576'), ('device_auth', 'certificate-and-digest'),
  ('client_auth', 'BASIC'), ('command_expiry', '30'), ('add_exists', 'false')) v (name, value);
select throws_ok(format('select admin.setting_set(%L, %L)', name, value), 'MD400', null, name || ' refuses ' || translate(value, E'\t\n', '~~')) from (values
  ('enrollment_url', 'http://fenestra.test'), ('enrollment_url', 'https://fenestra.test/'), ('enrollment_url', 'https://a b'), ('enrollment_url', ''),
  ('management_url', 'https://fenestra.test'), ('management_url', 'https://fenestra.test/"'|| chr(10)), ('enrollment_version', '4'),
  ('fault_http_status', '404'), ('poll_on_login', 'yes'), ('renew_period', '0'), ('renew_period', '1001'), ('poll_first_number', '-1'),
  ('provider_id', 'My Server'), ('server_name', ''), ('server_name', 'a' || chr(9)), ('message_budget', '100'), ('backoff_initial', '1.5'),
  ('device_auth', 'none'), ('device_auth', 'digest|'), ('auth_failures', '0'), ('delivery_attempts', '0'), ('object_maximum', '1'),
  ('fault_http_status', E'500\n')) v (name, value);

reset client_min_messages;

-- What may be enqueued.
create temp table good (verb text, uri text, data text, format text, type text);
insert into good values
  ('Add', './Device/Vendor/MSFT/Policy/Config/A/B', '', 'chr', 'text/plain'),
  ('Add', './Vendor/MSFT/Node', null, 'node', 'text/plain'),
  ('Replace', './User/Vendor/MSFT/A', '-1', 'int', 'text/plain'),
  ('Replace', './Vendor/MSFT/A', 'True', 'bool', 'text/plain'),
  ('Replace', './Vendor/MSFT/A', E'<a>&\t\r\n"Müller 😀"</a>', 'xml', 'text/plain'),
  ('Replace', './Vendor/MSFT/A', E'QUJD\nRA==', 'b64', 'application/x-pkcs12'),
  ('Delete', './Vendor/MSFT/a.b/%20/{6F7F}/~x,(1)', null, 'chr', 'text/plain'),
  ('Get', './Vendor/MSFT/A?list=StructData', null, 'chr', 'text/plain'),
  ('Get', './Vendor/MSFT/*x*', null, 'chr', 'text/plain'),
  ('Exec', './Vendor/MSFT/A', null, 'null', 'text/plain'),
  ('Exec', './Vendor/MSFT/A', 'data', 'chr', 'application/vnd.syncml+xml;a=b');
select lives_ok(format('select admin.enqueue(%L, %L, %L, %L, %L, %L)', :'d', verb, uri, data, format, type),
  concat_ws(' ', verb, uri, format, translate(data, E'\t\r\n', '')) || ' is enqueued') from good;
select results_eq($$ select verb, uri, data, format, type from admin.command order by seq $$, 'select verb, uri, data, format, type from good', 'as it was given');
select is((select size from mdm.command where format = 'xml'),
  256 + length('./Vendor/MSFT/A') + length('text/plain') + length('&lt;a&gt;&amp;') + 1 + length('&#13;') + 1 + octet_length('"Müller 😀"')
  + length('&lt;/a&gt;'), 'sized as XML');

create temp table bad (verb text, uri text, data text, format text, type text, rule text);
insert into bad values
  (null, './A', 'x', 'chr', 'text/plain', 'verb: must be Add, Replace, Delete, Get or Exec'),
  ('get', './A', null, 'chr', 'text/plain', 'verb: must be Add, Replace, Delete, Get or Exec'),
  ('Atomic', './A', null, 'chr', 'text/plain', 'verb: must be Add, Replace, Delete, Get or Exec'),
  ('Get', null, null, 'chr', 'text/plain', 'LocURI: is missing'),
  ('Get', '', null, 'chr', 'text/plain', 'LocURI: is missing'),
  ('Get', '/A', null, 'chr', 'text/plain', 'LocURI: must not begin with "/"'),
  ('Get', 'A/B', null, 'chr', 'text/plain', 'LocURI: must begin with "./"'),
  ('Get', './A//B', null, 'chr', 'text/plain', 'LocURI: a node name is empty'),
  ('Get', './A/', null, 'chr', 'text/plain', 'LocURI: a node name is empty'),
  ('Get', './A/?list=Struct', null, 'chr', 'text/plain', 'LocURI: a node name is empty'),
  ('Get', './', null, 'chr', 'text/plain', 'LocURI: a node name is empty'),
  ('Get', './A/*', null, 'chr', 'text/plain', 'LocURI: a node name is only "*"'),
  ('Get', './*/A', null, 'chr', 'text/plain', 'LocURI: a node name is only "*"'),
  ('Get', './A/../B', null, 'chr', 'text/plain', 'LocURI: a node name is only dots'),
  ('Get', './A B', null, 'chr', 'text/plain', 'LocURI: holds a space, a control or a non-ASCII character; write its UTF-8 octets as %XX'),
  ('Get', './Müller', null, 'chr', 'text/plain', 'LocURI: holds a space, a control or a non-ASCII character; write its UTF-8 octets as %XX'),
  ('Get', E'./A\n', null, 'chr', 'text/plain', 'LocURI: holds a space, a control or a non-ASCII character; write its UTF-8 octets as %XX'),
  ('Get', './A<B>', null, 'chr', 'text/plain', 'LocURI: holds one of " < > \ ` ^; write it as %XX'),
  ('Get', './A%4', null, 'chr', 'text/plain', 'LocURI: "%" must be followed by two hexadecimal digits'),
  ('Get', './' || repeat('A', 2047), null, 'chr', 'text/plain', 'LocURI: is longer than 2048 octets'),
  ('Delete', './A?list=Struct', null, 'chr', 'text/plain', 'LocURI: only Get takes a query'),
  ('Replace', './A', 'x', 'text', 'text/plain', 'format: must be chr, int, bool, b64, bin, xml, node, null, float, date or time'),
  ('Replace', './A', 'x', null, 'text/plain', 'format: must be chr, int, bool, b64, bin, xml, node, null, float, date or time'),
  ('Replace', './A', 'x', 'chr', 'text plain', 'type: must be a media type of at most 128 characters'),
  ('Replace', './A', 'x', 'chr', 'text/<x>', 'type: must be a media type of at most 128 characters'),
  ('Replace', './A', 'x', 'chr', '', 'type: must be a media type of at most 128 characters'),
  ('Get', './A', 'x', 'chr', 'text/plain', 'data: Get takes none'),
  ('Delete', './A', '', 'chr', 'text/plain', 'data: Delete takes none'),
  ('Add', './A', 'x', 'node', 'text/plain', 'data: format node takes none'),
  ('Exec', './A', 'x', 'null', 'text/plain', 'data: format null takes none'),
  ('Replace', './A', null, 'chr', 'text/plain', 'data: Replace needs it, unless the format is node or null'),
  ('Add', './A', null, 'xml', 'text/plain', 'data: Add needs it, unless the format is node or null'),
  ('Replace', './A', E'a\u0001', 'chr', 'text/plain', 'data: holds a character that XML cannot carry'),
  ('Replace', './A', E'a\uFFFE', 'chr', 'text/plain', 'data: holds a character that XML cannot carry'),
  ('Replace', './A', '1.5', 'int', 'text/plain', 'data: is not an int'),
  ('Replace', './A', '', 'int', 'text/plain', 'data: is not an int'),
  ('Replace', './A', 'yes', 'bool', 'text/plain', 'data: is not a bool'),
  ('Replace', './A', 'QUJ', 'b64', 'text/plain', 'data: is not base64'),
  ('Replace', './A', 'Q===', 'bin', 'text/plain', 'data: is not base64'),
  ('Replace', './A', repeat('<', 262145), 'chr', 'text/plain', 'data: is larger than 1 MiB');
select throws_ok(format('select admin.enqueue(%L, %L, %L, %L, %L, %L)', :'d', verb, uri, data, format, type), 'MD400', rule,
  rule || ' (' || translate(left(coalesce(uri, 'null'), 20), E'\n', '~') || ')') from bad;
select throws_ok('select admin.enqueue(gen_random_uuid(), ''Get'', ''./A'')', 'MD404', null, 'no such device');
select throws_ok('select admin.enqueue(null, ''Get'', ''./A'')', 'MD404', null, 'no device');
select is((select count(*) from admin.command), (select count(*) from good), 'what was refused left nothing');
select is((select count(*) from admin.event where kind = 'command.queued'), (select count(*) from good), 'what was enqueued left an event');
select is_empty($$ select * from admin.event where detail::text like '%Müller 😀%' $$, 'without the data');

-- Scope, and what must run once.
select admin.enqueue(:'d', 'Replace', u, 'x') from unnest('{./user/vendor/MSFT/A,./USER/x,./Username/A,./Device/User/A,./Vendor/MSFT/User/A}'::text[]) u \g /dev/null
select results_eq('select uri from mdm.command where user_scope order by seq', '{./User/Vendor/MSFT/A,./user/vendor/MSFT/A,./USER/x}'::text[], 'what is the user''s');
select admin.enqueue(:'d', 'Exec', u, null, 'null') from unnest(array['./Vendor/MSFT/Reboot/RebootNow', './Device/Vendor/MSFT/RemoteLock/LockAndResetPIN',
  './Vendor/MSFT/bitlocker/RotateRecoveryPasswords', './Device/Vendor/MSFT/LAPS/Actions/ResetPassword']) u \g /dev/null
select admin.enqueue(:'d', 'Exec', u, null, 'null') from unnest('{./Vendor/MSFT/Defender/Scan,./Vendor/MSFT/Reboot/RebootNowNot}'::text[]) u \g /dev/null
select admin.enqueue(:'d', 'Get', './Vendor/MSFT/RemoteWipe/LastError') \g /dev/null
select is((select count(*) from mdm.command where once), 4::bigint, 'what must not be done twice, and only that, runs once');
select is_empty($$ select r.uri from mdm.run_once r where r.uri ~ '^(remotewipe|cleanpc|dmclient)' and not mdm.run_once('Exec', './Device/Vendor/MSFT/' || replace(r.uri, '%', 'x')) $$,
  'so does what cannot be undone');
select * from finish();
rollback;

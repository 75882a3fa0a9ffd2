-- SPDX-License-Identifier: ISC
-- Actions: what each sends, how each ends; what cannot be undone needs a
-- reason, its time, perhaps another person, and is limited.
begin;
\ir fixture.inc
select * from no_plan();

-- The next session of a device; what it is sent.
create sequence fixture.session;
create function fixture.visit(in_device uuid, in_n int default 1) returns text[] language plpgsql as $$
declare v_session text := nextval('fixture.session');
begin
  perform fixture.message(in_device, v_session, 1, in_n => in_n);
  return fixture.deliver(in_device);
end $$;
-- The device's next message: the status of each command of the last answer.
create function fixture.answer(in_device uuid, in_status int, in_uri text default null, in_data text default null) returns text[] language plpgsql as $$
declare v_session text; v_msg bigint; v_to bigint; v_refs bigint[]; v_ref bigint;
begin
  select session_id, client_msg, server_msg into v_session, v_msg, v_to from mdm.session where device = in_device;
  select array_agg(cmd_id order by cmd_id), max(cmd_id) filter (where c.verb = 'Get' or p.verb = 'Get' or c.uri = in_uri) into v_refs, v_ref from mdm.delivery d
    join mdm.session s on s.device = d.device and s.number = d.session
    join mdm.command_any c on c.device = d.device and c.seq = d.seq
    left join mdm.part p on p.device = d.device and p.seq = d.seq and p.part = d.part
   where d.device = in_device and d.msg = v_to;
  perform fixture.message(in_device, v_session, v_msg + 1);
  perform management.status(in_device, array_fill(v_to, array[cardinality(v_refs)]), v_refs, array_fill(null::text, array[cardinality(v_refs)]),
    array_fill(in_status, array[cardinality(v_refs)]), array_fill(null::text, array[cardinality(v_refs)]));
  if in_uri is not null then
    perform fixture.result(in_device, v_to, v_ref, in_uri, in_data);
  end if;
  return fixture.deliver(in_device);
end $$;
create function fixture.action(in_action uuid) returns text language sql as
$$ select state || ': ' || outcome from admin.action where id = in_action $$;
-- The sent commands of an answer without the numbers.
create function fixture.sent(in_answer text[]) returns text[] language sql as
$$ select array_agg(regexp_replace(a, '^\d+ (in \d+ )?', '')) from unnest(in_answer) a $$;

select fixture.enroll('A') as d \gset
select fixture.visit(:'d') \g /dev/null

-- Sync, restart, rename.
select admin.sync(:'d') as a \gset
select is(fixture.action(:'a'), 'running: waits for the device', 'a sync waits for the device');
select is(fixture.visit(:'d'), '{}', 'sends nothing');
select is(fixture.action(:'a'), 'done: the device came', 'and is done when it came');
select admin.reboot(:'d') as a \gset
select is(fixture.sent(fixture.visit(:'d')), '{"Exec ./Device/Vendor/MSFT/Reboot/RebootNow"}', 'a restart');
select is(fixture.action(:'a'), 'running: was sent', 'was sent');
select fixture.answer(:'d', 200) \g /dev/null
select is(fixture.action(:'a'), 'running: the device took it', 'is taken');
select fixture.visit(:'d') \g /dev/null
select is(fixture.action(:'a'), 'done: the device took it, and came again', 'and done when the device comes again');
select admin.reboot(:'d') as a \gset
select fixture.visit(:'d'), fixture.visit(:'d') \g /dev/null
select is(fixture.action(:'a'), 'unknown: was sent, and the device never answered', 'nobody knows of one that was never answered');
select admin.reboot(:'d', '2030-01-02 03:04:05+01') as a \gset
select is((select uri || ' ' || data from admin.command where id = (select commands[1] from admin.action where id = :'a')),
  './Device/Vendor/MSFT/Reboot/Schedule/Single 2030-01-02T02:04:05Z', 'a restart at a time');
select fixture.visit(:'d'), fixture.answer(:'d', 200) \g /dev/null
select is(fixture.action(:'a'), 'done: 200: done', 'is done when it is noted');
select throws_ok(format('select admin.reboot(%L, now())', :'d'), 'MD400', 'at: is over', 'not in the past');
select admin.rename(:'d', 'PC-%SERIAL%') as a \gset
select is(fixture.sent(fixture.visit(:'d')), '{"Replace ./DevDetail/Ext/Microsoft/DNSComputerName"}', 'another name');
select fixture.answer(:'d', 425) \g /dev/null
select alike(fixture.action(:'a'), 'failed: 425: The device%', 'may be refused, which is said in words');
select throws_ok(format('select admin.rename(%L, %L)', :'d', n), 'MD400', null, 'not ' || n)
  from unnest(array['', '12345', 'a b', '-a', 'a-', 'sixteencharacter', 'a.b', 'ä', 'x%RAND:0%', null]) n;
select admin.rename(:'d', 'Taken-back') as a \gset
select is(admin.action_cancel(:'a'), 'cancelled', 'an action can be taken back');
select is(fixture.action(:'a'), 'cancelled: was taken back', 'and is');
select throws_ok(format('select admin.action_cancel(%L)', :'a'), 'MD409', null, 'once');
select throws_ok('select admin.action_cancel(gen_random_uuid())', 'MD404', null, 'if there is one');
select throws_ok('select admin.sync(gen_random_uuid())', 'MD404', null, 'of a device that there is');

-- Where it is; what it brings back tells the end.
select admin.locate(:'d', 100) as a \gset
select is((fixture.sent(fixture.visit(:'d')))[1:3], '{Sequence,"Replace ./Device/Vendor/MSFT/RemoteFind/DesiredAccuracy","Replace ./Device/Vendor/MSFT/RemoteFind/Timeout"}', 'where is it');
select fixture.answer(:'d', 200, './Device/Vendor/MSFT/RemoteFind/Location/Latitude', '52.5') \g /dev/null
select is(fixture.action(:'a'), 'done: Latitude 52.5', 'there');
select admin.locate(:'d') as a \gset
select fixture.visit(:'d'), fixture.answer(:'d', 405) \g /dev/null
select alike(fixture.action(:'a'), 'failed: 405: The node%', 'not every Windows says it');
select throws_ok(format('select admin.locate(%L, 0)', :'d'), 'MD400', null, 'not as exactly as that');

-- Defender, LAPS, BitLocker.
select admin.defender_scan(:'d'), admin.defender_scan(:'d', 'full'), admin.defender_scan(:'d', 'offline'), admin.defender_update(:'d') \g /dev/null
select is(fixture.sent(fixture.visit(:'d')), '{"Exec ./Device/Vendor/MSFT/Defender/Scan","Exec ./Device/Vendor/MSFT/Defender/Scan","Exec ./Device/Vendor/MSFT/Defender/OfflineScan","Exec ./Device/Vendor/MSFT/Defender/UpdateSignature"}', 'Defender');
select is((select array_agg(data order by seq) from admin.command where uri like '%Defender/Scan'), '{1,2}', 'quick, full');
select fixture.answer(:'d', 200) \g /dev/null
select is((select array_agg(distinct state) from admin.action where kind like 'defender%'), '{done}', 'all done');
select throws_ok(format('select admin.defender_scan(%L, ''x'')', :'d'), 'MD400', null, 'no other scan');
select admin.laps_rotate(:'d') as a \gset
select fixture.visit(:'d'), fixture.answer(:'d', 200) \g /dev/null
select is(fixture.action(:'a'), 'running: the device took it', 'a new password is under way');
select is(fixture.sent(fixture.visit(:'d')), '{"Get ./Device/Vendor/MSFT/LAPS/Actions/ResetPasswordStatus"}', 'it is asked for');
select fixture.answer(:'d', 200, './Device/Vendor/MSFT/LAPS/Actions/ResetPasswordStatus', '-2147483638') \g /dev/null
select is(fixture.action(:'a'), 'running: under way', 'still');
select fixture.visit(:'d'), fixture.answer(:'d', 200, './Device/Vendor/MSFT/LAPS/Actions/ResetPasswordStatus', '0') \g /dev/null
select is(fixture.action(:'a'), 'done: the password is a new one', 'then it is there');
select is(fixture.visit(:'d'), '{}', 'and is asked for no more');
select admin.bitlocker_rotate(:'d') as a \gset
select fixture.visit(:'d'), fixture.answer(:'d', 202) \g /dev/null
select is(fixture.action(:'a'), 'running: the device has begun', 'new recovery passwords');
select fixture.visit(:'d'), fixture.answer(:'d', 200, './Device/Vendor/MSFT/BitLocker/Status/RotateRecoveryPasswordsStatus', '-2147024891') \g /dev/null
select is(fixture.action(:'a'), 'failed: -2147024891', 'may fail');

-- Packages.
\set guid {11111111-2222-3333-4444-555555555555}
select admin.msi_install(:'d', :'guid', array['https://a.test/x.msi?a=1&b=2'], repeat('ab', 32), '1.0.0', '/quiet A="<b>"') as a \gset
select is(fixture.sent(fixture.visit(:'d')), '{Atomic,"Add ./Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/%7B11111111-2222-3333-4444-555555555555%7D/DownloadInstall","Exec ./Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/%7B11111111-2222-3333-4444-555555555555%7D/DownloadInstall"}', 'an MSI package: Add, then Exec, in one');
select is((select data from admin.command_part where verb = 'Exec' and data like '<MsiInstallJob%'),
  '<MsiInstallJob id="{11111111-2222-3333-4444-555555555555}"><Product Version="1.0.0"><Download><ContentURLList><ContentURL>https://a.test/x.msi?a=1&amp;b=2</ContentURL></ContentURLList></Download><Validation><FileHash>'
  || repeat('ab', 32) || '</FileHash></Validation><Enforcement><CommandLine>/quiet A="&lt;b&gt;"</CommandLine><TimeOut>60</TimeOut><RetryCount>3</RetryCount><RetryInterval>5</RetryInterval></Enforcement></Product></MsiInstallJob>', 'with its job');
select fixture.answer(:'d', 202) \g /dev/null
select is((fixture.sent(fixture.visit(:'d')))[2], 'Get ./Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/%7B11111111-2222-3333-4444-555555555555%7D/Status', 'its state is asked for');
select fixture.answer(:'d', 200, './Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/%7B11111111-2222-3333-4444-555555555555%7D/Status', '50') \g /dev/null
select is(fixture.action(:'a'), 'running: installing', 'and told in words');
select fixture.visit(:'d'), fixture.answer(:'d', 200, './Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/%7B11111111-2222-3333-4444-555555555555%7D/Status', '60') \g /dev/null
select is(fixture.action(:'a'), 'failed: the installation failed', 'and its end');
select admin.msi_install(:'d', :'guid', array['https://a.test/x.msi'], repeat('ab', 32), '1.0.0') as a \gset
select fixture.visit(:'d'), fixture.answer(:'d', 202) \g /dev/null
select management.alert(:'d', '{9}', '{1224}', '{Reversed-Domain-Name:com.microsoft.mdm.win32csp_install}', '{int}', '{informational}',
  '{./Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/%7B11111111-2222-3333-4444-555555555555%7D/DownloadInstall}', '{0}') \g /dev/null
select management.deliver(:'d', 5) \g /dev/null
select is(fixture.action(:'a'), 'done: the device reported 0', 'an alert tells the end at once');
select throws_ok(format('select admin.msi_install(%L, %L, %L, %L, %L)', :'d', g, u, s, v), 'MD400', null, m) from (values
  ('x', '{https://a/b}', repeat('a', 64), '1.0', 'no GUID'), (:'guid', '{}', repeat('a', 64), '1.0', 'no URL'), (:'guid', '{ftp://a/b}', repeat('a', 64), '1.0', 'no such URL'),
  (:'guid', '{https://a/b}', repeat('a', 63), '1.0', 'no hash'), (:'guid', '{https://a/b}', repeat('a', 64), 'x', 'no version'), (null, '{https://a/b}', repeat('a', 64), '1.0', 'nothing')) t (g, u, s, v, m);
select admin.msi_remove(:'d', :'guid') as a \gset
select is(fixture.sent(fixture.visit(:'d')), '{"Delete ./Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/%7B11111111-2222-3333-4444-555555555555%7D"}', 'and away with it');
select fixture.answer(:'d', 200) \g /dev/null
select admin.msix_install(:'d', 'Contoso.App_8wekyb3d8bbwe', 'https://a.test/a.msix', '{https://a.test/b.msix}') as a \gset
select is(fixture.sent(fixture.visit(:'d')), '{Sequence,"Add ./Device/Vendor/MSFT/EnterpriseModernAppManagement/AppInstallation/Contoso.App_8wekyb3d8bbwe","Exec ./Device/Vendor/MSFT/EnterpriseModernAppManagement/AppInstallation/Contoso.App_8wekyb3d8bbwe/HostedInstall"}', 'an MSIX package');
select is((select data from admin.command_part where data like '<Application %'), '<Application PackageUri="https://a.test/a.msix"><Dependencies><Dependency PackageUri="https://a.test/b.msix"/></Dependencies></Application>', 'with its job');
select fixture.answer(:'d', 200), fixture.visit(:'d'), fixture.answer(:'d', 404) \g /dev/null
select is(fixture.action(:'a'), 'done: installed: its node is gone', 'is installed when its node is gone');
select admin.msix_remove(:'d', 'Contoso.App_8wekyb3d8bbwe') as a \gset
select is(fixture.sent(fixture.visit(:'d')), '{"Delete ./Device/Vendor/MSFT/EnterpriseModernAppManagement/AppManagement/nonStore/Contoso.App_8wekyb3d8bbwe"}', 'and away with it');
select fixture.answer(:'d', 200) \g /dev/null
select throws_ok(format('select admin.msix_install(%L, ''x'', ''https://a'')', :'d'), 'MD400', null, 'no family name');
select throws_ok(format('select admin.msix_install(%L, ''Contoso.App_8wekyb3d8bbwe'', ''file:x'')', :'d'), 'MD400', null, 'no such URI');
select throws_ok(format('select admin.msix_remove(%L, ''Contoso.App_8wekyb3d8bbwe'', ''x'')', :'d'), 'MD400', null, 'no such source');

-- Certificates and keys; a secret stands in no queue.
insert into mdm.secret (device, name, value) select '00000000-0000-0000-0000-000000000000', n, 'sealed' from unnest('{pfx,scep,key,p,s}'::text[]) n;
select is(encode(mdm.sha1(convert_to(t, 'UTF8')), 'hex'), s, 'SHA-1 of ' || length(t)) from (values ('', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'),
  ('abc', 'a9993e364706816aba3e25717850c26c9cd0d89d'), ('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq', '84983e441c3bd26ebaae4aa1f95129e5e54670f1'),
  (repeat('a', 1000), '291e9a6c66994949b57ba5e650361e98fc36b1ba')) v (t, s);
\set pem '-----BEGIN CERTIFICATE-----\n'
select encode('\x30820080'::bytea || decode(repeat('41', 128), 'hex'), 'base64') as b64 \gset
select admin.root_install(:'d', E'-----BEGIN CERTIFICATE-----\n' || :'b64' || E'\n-----END CERTIFICATE-----\n') as a \gset
select is(fixture.sent(fixture.visit(:'d')), array['Replace ./Device/Vendor/MSFT/RootCATrustedCertificates/Root/' || upper(encode(mdm.sha1(decode(:'b64', 'base64')), 'hex')) || '/EncodedCertificate'], 'a root certificate, named by its hash');
select fixture.answer(:'d', 200) \g /dev/null
select throws_ok(format('select admin.root_install(%L, %L)', :'d', c), 'MD400', null, 'no certificate') from unnest(array['', 'x', 'MIIB', '!', null, :'b64' || 'QUFB']) c;
select throws_ok(format('select admin.root_install(%L, %L, ''My'')', :'d', :'b64'), 'MD400', null, 'no such store');
select admin.pfx_install(:'d', 'mail', 'MIIKAgIBAzCC', '$(secret.pfx)', 3, true) as a \gset
select is((select array_agg(regexp_replace(uri, '^.*/', '') order by part) from admin.command_part where uri like '%PFXCertInstall/mail/%'),
  '{KeyLocation,PFXCertPassword,PFXCertPasswordEncryptionType,PFXKeyExportable,PFXCertBlob}', 'a PFX, which comes last');
select admin.action_cancel(:'a') \g /dev/null
select throws_ok(format('select admin.pfx_install(%L, ''mail'', ''MIIKAgIBAzCC'', ''hunter2'')', :'d'), 'MD400', 'password: must be the variable of a secret, $(secret.NAME)', 'its password is a secret');
select throws_ok(format('select admin.pfx_install(%L, ''mail'', ''MIIKAgIBAzCC'', ''$(secret.p)'', 1, true)', :'d'), 'MD400', null, 'from the TPM nothing is exported');
select throws_ok(format('select admin.pfx_install(%L, ''a/b'', ''MIIKAgIBAzCC'', ''$(secret.p)'')', :'d'), 'MD400', null, 'no such name');
select admin.scep_install(:'d', 'vpn', 'https://ca.test/scep', '$(secret.scep)', 'CN=$(device.serial_number)', repeat('0a', 20), in_days => 365) as a \gset
select is((select string_agg(verb || ' ' || regexp_replace(uri, '^.*SCEP/', '') || coalesce(' ' || data, ''), ', ' order by part) from admin.command_part where uri like '%SCEP/vpn%'),
  'Add vpn, Add vpn/Install/ServerURL https://ca.test/scep, Add vpn/Install/Challenge $(secret.scep), Add vpn/Install/EKUMapping 1.3.6.1.5.5.7.3.2, Add vpn/Install/KeyUsage 160, Add vpn/Install/SubjectName CN=$(device.serial_number), Add vpn/Install/KeyProtection 3, Add vpn/Install/KeyLength 2048, Add vpn/Install/HashAlgorithm SHA-2, Add vpn/Install/CAThumbprint '
  || repeat('0A', 20) || ', Add vpn/Install/ValidPeriod Days, Add vpn/Install/ValidPeriodUnits 365, Exec vpn/Install/Enroll', 'SCEP, which begins last');
select admin.action_cancel(:'a') \g /dev/null
select throws_ok(format('select admin.scep_install(%L, ''vpn'', ''https://ca.test'', ''x'', ''CN=a'', %L)', :'d', repeat('0a', 20)), 'MD400', null, 'its challenge is a secret');
select throws_ok(format('select admin.scep_install(%L, ''vpn'', ''https://ca.test'', ''$(secret.s)'', ''CN=a'', ''x'')', :'d'), 'MD400', null, 'the CA has a thumbprint');
select throws_ok(format('select admin.edition_upgrade(%L, ''AAAAA-BBBBB-CCCCC-DDDDD-EEEEE'')', :'d'), 'MD400', null, 'so is a product key');
select admin.edition_upgrade(:'d', '$(secret.key)') as a \gset
select is(admin.action_cancel(:'a'), 'cancelled', 'another edition');

-- What cannot be undone: a reason; not but by its function.
select throws_ok(format('select admin.%s', format(f, :'d')), 'MD400', 'reason: say in 3 to 1000 characters why', f || ' needs a reason') from unnest(array['wipe(%L)', 'wipe(%L, in_reason => ''  a '')',
  'retire(%L)', 'retire(%L, in_now => true)', 'fresh_start(%L)', 'autopilot_reset(%L)', 'autopilot_reset(%L, repeat(''x'', 1001))']) f;
select throws_ok(format('select admin.wipe(%L, ''x'', ''lost it'')', :'d'), 'MD400', null, 'no such variant');
select throws_like(format('select admin.enqueue(%L, ''Exec'', %L, null, ''null'')', :'d', u), '%LocURI:%', 'not as a command: ' || u) from unnest(array['./Vendor/MSFT/RemoteWipe/doWipe',
  './Device/Vendor/MSFT/remotewipe/dowipeprotected', './User/Vendor/MSFT/RemoteWipe/doWipe', './Vendor/MSFT/%52emoteWipe/doWipe', './Vendor/MSFT/$(x)/doWipe', './Vendor/MSFT/CleanPC/CleanPCRetainingUserData',
  './Vendor/MSFT/DMClient/Unenroll', './Vendor/MSFT/DMClient/Provider/Fenestra/Unenroll', './Vendor/MSFT/RemoteWipe/AutomaticRedeployment/doAutomaticRedeployment']) u;
select throws_like(format('select admin.enqueue_syncml(%L, %L)', :'d', x), '%is for admin.wipe%', 'nor in a group') from unnest(array[
  '<Exec><Item><Target><LocURI>./Vendor/MSFT/RemoteWipe/doWipe</LocURI></Target></Item></Exec>',
  '<Atomic><Replace><Item><Target><LocURI>./a</LocURI></Target><Data>1</Data></Item></Replace><Exec><Item><Target><LocURI> ./Vendor/MSFT/RemoteWipe/doWipe </LocURI></Target></Item></Exec></Atomic>',
  '<Sequence><Exec><Item><Target><LocURI>./a</LocURI></Target></Item><Item><Target><LocURI>./Vendor/MSFT/DMClient/Unenroll</LocURI></Target></Item></Exec></Sequence>']) x;
select lives_ok(format('select admin.enqueue(%L, ''Get'', ''./Vendor/MSFT/RemoteWipe/LastError'')', :'d'), 'but may be read');

-- A wipe: taken, and then what happens next.
create function fixture.later(in_device uuid, in_by interval) returns void language sql as $$
  update mdm.command_done set sent_at = sent_at - in_by, done_at = done_at - in_by where device = in_device;
  update mdm.session set seen_at = seen_at - in_by, starts_at = starts_at - in_by where device = in_device;
  update mdm.enrollment set requested_at = requested_at - in_by where device = in_device;
  update mdm.action set asked_at = asked_at - in_by, released_at = released_at - in_by where device = in_device $$;
select fixture.enroll('W') as w \gset
select fixture.visit(:'w') \g /dev/null
select admin.wipe(:'w', 'doWipeProtected', 'stolen in Bonn') as a \gset
select is(fixture.action(:'a'), 'waiting: waits for the device, and its time', 'a wipe waits for the device');
select throws_ok(format('select admin.wipe(%L, in_reason => ''twice'')', :'w'), 'MD409', null, 'one at a time');
select is((select count(*) from admin.command where device = :'w'), 0::bigint, 'and is not queued yet');
select admin.enqueue(:'w', 'Get', './A') \g /dev/null
select is(fixture.sent(fixture.visit(:'w')), '{"Exec ./Device/Vendor/MSFT/RemoteWipe/doWipeProtected","Get ./A"}', 'it is the first thing that the device gets');
select is((select array_agg(kind || coalesce(' ' || (detail->>'reason'), '') order by seq) from admin.event where device = :'w' and kind like 'action%'),
  '{"action.asked stolen in Bonn","action.sent stolen in Bonn"}', 'the audit trail has each step and the reason');
select fixture.answer(:'w', 200) \g /dev/null
select is(fixture.action(:'a'), 'running: the device took it', 'taken is not wiped');
select fixture.visit(:'w') \g /dev/null
select is(fixture.action(:'a'), 'running: the device took it', 'soon after it may still come');
select fixture.later(:'w', '31 minutes') \g /dev/null
select fixture.visit(:'w') \g /dev/null
select is(fixture.action(:'a'), 'failed: the device took it, and came again as it was', 'later it was not wiped');
select is((select state from admin.device where id = :'w'), 'enrolled', 'and is as before');

select admin.wipe(:'w', in_reason => 'sold') as a \gset
select fixture.visit(:'w'), fixture.answer(:'w', 200) \g /dev/null
select is(mdm.action_settle(), 0::bigint, 'silence has to last');
select fixture.later(:'w', '25 hours') \g /dev/null
select is(mdm.action_settle(), 1::bigint, 'a day of it');
select is(fixture.action(:'a'), 'done: the device took it, and was not heard of again', 'and it was wiped');
select is((select state from admin.device where id = :'w'), 'wiped', 'which the device is');
select is((select array_agg(state || ' ' || reason) from mdm.certificate where device = :'w'), '{"revoked wiped"}', 'its certificate serves no more');
select throws_ok(format('select fixture.visit(%L)', :'w'), 'MD403', null, 'should it come after all, it is refused');
select throws_ok(format('select admin.sync(%L)', :'w'), 'MD409', null, 'nothing can be done with it');
select fixture.enroll('W', 2) \g /dev/null
select is((select state from admin.device where id = :'w'), 'enrolling', 'it may enroll anew');
select fixture.visit(:'w', 2) \g /dev/null
select is((select state from admin.device where id = :'w'), 'enrolled', 'and is a device again');

select fixture.enroll('V') as v \gset
select fixture.visit(:'v') \g /dev/null
select admin.wipe(:'v', in_reason => 'new user') as a \gset
select fixture.visit(:'v'), fixture.answer(:'v', 200) \g /dev/null
select fixture.later(:'v', '10 minutes') \g /dev/null
select fixture.enroll('V', 2) \g /dev/null
select fixture.visit(:'v', 2) \g /dev/null
select is(fixture.action(:'a'), 'done: the device was wiped, and has enrolled anew', 'enrolling anew is the proof');
select is((select state from admin.device where id = :'v'), 'enrolled', 'it goes on with its new certificate');
select is((select array_agg(state order by enrollment) from mdm.certificate where device = :'v'), '{revoked,issued}', 'the old one serves no more');
select throws_ok(format('select fixture.visit(%L)', :'v'), 'MD403', null, 'not once');

select fixture.enroll('U') as u \gset
select fixture.visit(:'u') \g /dev/null
select admin.wipe(:'u', in_reason => 'new user') as a \gset
select fixture.visit(:'u'), fixture.answer(:'u', 500) \g /dev/null
select alike(fixture.action(:'a'), 'failed: 500: The device%', 'a wipe that the device refuses has failed');

-- Retire.
select fixture.enroll('R') as r \gset
select fixture.visit(:'r') \g /dev/null
select admin.retire(:'r', 'left the company') as a \gset
select is(fixture.sent(fixture.visit(:'r')), '{"Exec ./Device/Vendor/MSFT/DMClient/Provider/Fenestra/Unenroll"}', 'a device is told to go');
select fixture.answer(:'r', 200) \g /dev/null
select is(fixture.action(:'a'), 'done: the device has left', 'and has left');
select is((select state from admin.device where id = :'r'), 'retired', 'which it is');
select throws_ok(format('select fixture.visit(%L)', :'r'), 'MD403', null, 'and is not let in again');
select fixture.enroll('Q') as q \gset
select fixture.visit(:'q') \g /dev/null
select admin.enqueue(:'q', 'Get', './A') \g /dev/null
select admin.retire(:'q', 'fell into the sea', true) as a \gset
select is(fixture.action(:'a'), 'done: closed without telling the device', 'one that will not come is closed at once');
select is(fixture.states(:'q'), '{cancelled}', 'with its queue');
select throws_ok(format('select fixture.visit(%L)', :'q'), 'MD403', null, 'and is not let in again');

-- The other two.
select fixture.enroll('P') as p \gset
select fixture.visit(:'p') \g /dev/null
select admin.autopilot_reset(:'p', 'next pupil') as a \gset
select fixture.visit(:'p'), fixture.answer(:'p', 200), fixture.visit(:'p'), fixture.answer(:'p', 200, './Device/Vendor/MSFT/RemoteWipe/AutomaticRedeployment/Status', '40') \g /dev/null
select is(fixture.action(:'a'), 'failed: failed: no mains power', 'an Autopilot reset that fails');
select admin.fresh_start(:'p', true, 'too much on it') as a \gset
select is(fixture.sent(fixture.visit(:'p')), '{"Exec ./Device/Vendor/MSFT/CleanPC/CleanPCRetainingUserData"}', 'a fresh start');
select fixture.answer(:'p', 200), fixture.visit(:'p') \g /dev/null
select is(fixture.action(:'a'), 'done: the device took it, and came again', 'after which the device comes again');
select admin.fresh_start(:'p', in_reason => 'once more') as a \gset
select is(admin.action_cancel(:'a'), 'cancelled', 'what waits can be taken back');
select is(fixture.visit(:'p'), '{}', 'and is not sent');

-- A delay.
select admin.setting_set('wipe_delay', '10') \g /dev/null
select admin.wipe(:'p', in_reason => 'not so fast') as a \gset
select is(fixture.visit(:'p'), '{}', 'within its delay it is not sent');
update mdm.action set not_before = now() where action = :'a';
update mdm.session set due_at = now() where device = :'p';
select is(fixture.sent(fixture.visit(:'p')), '{"Exec ./Device/Vendor/MSFT/RemoteWipe/doWipe"}', 'after it, it is');
select admin.setting_set('wipe_delay', null) \g /dev/null

-- Too old.
select fixture.enroll('O') as o \gset
select fixture.visit(:'o') \g /dev/null
select admin.laps_rotate(:'o') as a \gset
select fixture.visit(:'o'), fixture.answer(:'o', 200), fixture.later(:'o', '31 days') \g /dev/null
select mdm.action_settle() \g /dev/null
select is(fixture.action(:'a'), 'unknown: its end was never heard of', 'an action does not go on for ever');
select is((select done from admin.maintain() where what = 'action ended'), 0::bigint, 'and its row stays for a while');
update mdm.action set ended_at = now() - interval '366 days' where device = :'o';
select is((select done from admin.maintain() where what = 'action ended'), 1::bigint, 'a year');
select mdm.command_forget(:'d', array(select seq from mdm.command_done where device = :'d')), admin.laps_rotate(:'d') \g /dev/null
update mdm.action set command = gen_random_uuid() where device = :'d' and state = 'running';
select lives_ok(format('select fixture.visit(%L)', :'d'), 'an action whose command is long gone harms no session');
select * from finish();
rollback;

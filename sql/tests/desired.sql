-- SPDX-License-Identifier: ISC
-- What becomes of profiles on a device: set, read back, drifted, removed.
begin;
\ir fixture.inc
select * from no_plan();
select admin.setting_set('verify_interval', '24'), admin.setting_set('session_rate', '0');
create function fixture.p(in_name text) returns text language sql immutable as $$ select './Vendor/MSFT/Policy/Config/Test/' || in_name $$;

-- A session: what message 1 is answered with, verb and last name of the node.
create function fixture.begins(in_device uuid, in_login text default 'user') returns text[] language plpgsql as
$$ declare v_n text := (select number + 1 from mdm.session where device = in_device); begin
  perform fixture.message(in_device, 'S' || v_n, 1, null, in_login);
  return fixture.given(in_device);
end $$;
create function fixture.given(in_device uuid) returns text[] language sql as
$$ select coalesce(array_agg(concat_ws(' ', d.verb, substring(d.uri from '[^/]*$'), d.data) order by d.n), '{}')
     from management.deliver(in_device, 5) with ordinality as d (cmd_id, parent, verb, item, uri, format, type, data, more, size, expansion, n) $$;
-- And the device's answers to it in order: a status, or =value for 200 with Results.
create function fixture.answers(in_device uuid, variadic in_answers text[]) returns text[] language plpgsql as
$$ declare v_s mdm.session; v_uris text[]; begin
  select * into v_s from mdm.session where device = in_device;
  perform fixture.message(in_device, v_s.session_id, v_s.client_msg + 1, null, v_s.login_status);
  select array_agg(coalesce(p.uri, c.uri) order by d.cmd_id) into v_uris from mdm.delivery d join mdm.command_any c using (device, seq)
    left join mdm.part p on p.device = d.device and p.seq = d.seq and p.part = d.part
   where d.device = in_device and d.session = v_s.number and d.msg = v_s.server_msg;
  perform management.status(in_device, array_agg(v_s.server_msg), array_agg(n + 4), array_agg(null::text),
      array_agg(case when a like '=%' then 200 else a::int end), array_agg(null::text)) from unnest(in_answers) with ordinality as u (a, n);
  perform from unnest(in_answers) with ordinality as u (a, n),
    management.result(in_device, array[v_s.server_msg], array[n + 4], array[v_uris[n]], '{chr}', '{NULL}', array[substr(a, 2)]) where a like '=%';
  return fixture.given(in_device);
end $$;
create function fixture.shown(in_device uuid) returns text[] language sql as
$$ select array_agg(concat_ws(' ', profile, substring(uri from '[^/]*$'), state, status) order by profile, uri, status) from admin.profile_status where device = in_device $$;
-- Its time to be read has come.
create function fixture.later(in_device uuid) returns void language sql as
$$ update mdm.node set checked_at = checked_at - interval '2 days', retry_at = case when isfinite(retry_at) then now() end where device = in_device;
   update mdm.session set due_at = now() where device = in_device and due_at < 'infinity' $$;

select fixture.enroll('A') as a \gset
select fixture.begins(:'a');
select is((select count(*) from mdm.node), 0::bigint, 'nothing is wanted');

-- Roll-out.
select admin.profile_set('p', jsonb_build_array(jsonb_build_object('uri', fixture.p('One'), 'data', 1), jsonb_build_object('uri', fixture.p('Two'), 'data', 'b')));
select admin.assign('p', 'all');
select is((select count(*) from mdm.node), 0::bigint, 'an assignment writes no row of any device');
select results_eq(format('select profile, item, verb, uri, format, data, overrides, applies from admin.desired(%L)', :'a'),
  $$ values ('p', 1, 'Replace', fixture.p('One'), 'int', '1', null::text[], true), ('p', 2, 'Replace', fixture.p('Two'), 'chr', 'b', null, true) $$,
  'what it is to be can be seen');
select is(fixture.shown(:'a'), '{p One pending,p Two pending}', 'and is shown at once');
select is(fixture.begins(:'a'), '{Replace One 1,Replace Two b,Get One,Get Two}', 'at its next session the device is told, and asked');
select is(fixture.shown(:'a'), '{p One sent,p Two sent}', 'sent');
select results_eq('select * from admin.profile_summary', $$ values ('p', 'sent', 1::bigint, 2::bigint) $$, 'for all devices together');
select is(fixture.given(:'a'), '{}', 'once');
select is(fixture.answers(:'a', '200', '200', '=1', '=b'), '{}', 'it does so');
select is(fixture.shown(:'a'), '{p One verified 200,p Two verified 200}', 'verified');
select is((fixture.events(:'a'))[4:], '{profile.queued}', 'one event');
select is(fixture.begins(:'a'), '{}', 'nothing more');
select is(current_setting('fenestra.message'), 'idle', 'it is up to date');
select admin.profile_set('unassigned', '[{"uri": "./Vendor/MSFT/X", "data": "x"}]');
select is(fixture.begins(:'a'), '{}', 'what others get does not concern it');

-- A change, and the same again.
select admin.profile_item_set('p', fixture.p('Two'), 'c');
select is(fixture.shown(:'a'), '{p One verified 200,p Two pending}', 'a change waits for the device');
select results_eq('select * from admin.profile_summary', $$ values ('p', 'verified', 1::bigint, 2::bigint), (null, 'not compared', 1, null) $$,
  'which is not compared yet');
select is(fixture.begins(:'a'), '{Replace Two c,Get Two}', 'what changed is sent, and nothing else');
select is(fixture.answers(:'a', '200', '=c'), '{}', 'done');
select admin.profile_resend('p');
select is(fixture.begins(:'a'), '{Replace One 1,Replace Two c,Get One,Get Two}', 'all is sent again when asked for');
select is(fixture.answers(:'a', '200', '200', '=1', '=c'), '{}', 'done');
select admin.profile_resend('p', :'a');
select is((select revision - (select revision from mdm.session where device = :'a') from mdm.session_rule), 0::bigint, 'for one device no revision is raised');
select is(fixture.begins(:'a'), '{Replace One 1,Replace Two c,Get One,Get Two}', 'and it is sent there');
select fixture.answers(:'a', '200', '200', '=1', '=c');

-- Drift.
select isnt((select due_at from mdm.session where device = :'a'), 'infinity', 'it is to be read again');
select fixture.later(:'a');
select is(fixture.begins(:'a'), '{Get One,Get Two}', 'which it is in its time');
select is(fixture.answers(:'a', '=1', '=changed'), '{Replace Two c,Get Two}', 'what drifted is repaired in the same session');
select is(fixture.answers(:'a', '200', '=c'), '{}', 'done');
select is(fixture.shown(:'a'), '{p One verified 200,p Two verified 200}', 'verified');
select results_eq('select drifts from admin.profile_status order by uri', 'values (0), (1)', 'and counted');
select is((select detail from admin.event where kind = 'profile.drifted'), jsonb_build_object('profile', 'p', 'uri', fixture.p('Two')), 'as an event');
select fixture.later(:'a');
select fixture.begins(:'a');
select is(fixture.answers(:'a', '404', '=c'), '{Replace One 1,Get One}', 'a node that is gone has drifted, too');
select is(fixture.answers(:'a', '200', '=2'), '{}', 'one that does not keep its value');
select is(fixture.shown(:'a'), '{p One drifted 200,p Two verified 200}', 'is not fought over');
select is(fixture.begins(:'a'), '{}', 'nor in the next session');
select fixture.later(:'a');
select is(fixture.begins(:'a'), '{Replace One 1,Get One,Get Two}', 'but at the next time');
select is(fixture.answers(:'a', '200', '=1', '=c'), '{}', 'with success');
select is((select drifts from admin.profile_status where uri = fixture.p('One')), 2, 'all is counted');
select admin.setting_set('verify_interval', '0');
select fixture.later(:'a');
select is(fixture.begins(:'a'), '{}', 'nothing is read where the setting says never');
select is((select due_at from mdm.session where device = :'a'), 'infinity', 'nor ever');
select admin.setting_set('verify_interval', '24');

-- Removal.
select admin.profile_item_remove('p', fixture.p('One'));
select is(fixture.shown(:'a'), '{p One leaving,p Two verified 200}', 'what is wanted no longer');
select is(fixture.begins(:'a'), '{Delete One,Get Two}', 'is deleted');
select is(fixture.shown(:'a'), '{p One leaving,p Two verified 200}', 'and leaves');
select is(fixture.answers(:'a', '200', '=c'), '{}', 'done');
select is(fixture.shown(:'a'), '{p Two verified 200}', 'gone');
select admin.unassign('p', 'all');
select is(fixture.begins(:'a'), '{Delete Two}', 'with the assignment goes the rest');
select is(fixture.answers(:'a', '404'), '{}', 'what is not there');
select is((select count(*) from mdm.node), 0::bigint, 'is gone');

-- The value before.
select admin.profile_set('p', jsonb_build_array(jsonb_build_object('uri', fixture.p('One'), 'data', 'new'), jsonb_build_object('uri', fixture.p('Two'), 'data', 'new')), in_restore => true);
select admin.assign('p', 'all');
select is(fixture.begins(:'a'), '{Get One,Replace One new,Get Two,Replace Two new,Get One,Get Two}', 'it is asked for first');
select is(fixture.answers(:'a', '=old', '200', '404', '200', '=new', '=new'), '{}', 'one had a value, the other none');
select admin.profile_item_set('p', fixture.p('One'), 'newer');
select is(fixture.begins(:'a'), '{Replace One newer,Get One}', 'once');
select is(fixture.answers(:'a', '200', '=newer'), '{}', 'done');
select admin.profile_remove('p');
select is(fixture.begins(:'a'), '{Replace One old,Delete Two}', 'it is set again');
select is(fixture.answers(:'a', '200', '200'), '{}', 'done');
select is((select count(*) from mdm.node), 0::bigint, 'and nothing is left');

-- Conflicts.
select admin.profile_set('low', jsonb_build_array(jsonb_build_object('uri', fixture.p('One'), 'data', 'low'), jsonb_build_object('uri', fixture.p('Two'), 'data', 'same')));
select admin.profile_set('high', jsonb_build_array(jsonb_build_object('uri', fixture.p('One'), 'data', 'high'), jsonb_build_object('uri', fixture.p('Two'), 'data', 'same')), in_priority => 10);
select admin.assign('low', 'all'), admin.assign('high', 'all');
select is(fixture.begins(:'a'), '{Replace One high,Replace Two same,Get One,Get Two}', 'the higher priority wins');
select is(fixture.answers(:'a', '200', '200', '=high', '=same'), '{}', 'done');
select results_eq('select device, uri, winner, loser from admin.conflict', format($$ values (%L::uuid, fixture.p('One'), 'high', 'low') $$, :'a'),
  'the conflict is shown; where both want the same there is none');
select admin.assign('low', 'all', false, 20);
select is(fixture.begins(:'a'), '{Replace One low,Get One}', 'the priority of the assignment counts more');
select is(fixture.answers(:'a', '200', '=low'), '{}', 'done');
select is((select winner from admin.conflict), 'low', 'turned round');
select is((select array_agg(distinct profile) from admin.profile_status), '{low}', 'what is the same changes hands without a command');
select admin.unassign('low', 'all');
select is(fixture.begins(:'a'), '{Replace One high,Get One}', 'the loser comes back when the winner leaves');
select is(fixture.answers(:'a', '200', '=high'), '{}', 'done');
select is_empty('select from admin.conflict', 'no conflict is left');
select admin.group_set('out', null, array[:'a']::uuid[]);
select admin.assign('high', 'out', true);
select is(fixture.begins(:'a'), '{Delete One,Delete Two}', 'a group that is excepted');
select is(fixture.answers(:'a', '200', '200'), '{}', 'has nothing');
select admin.profile_remove('high'), admin.profile_remove('low');

-- A wish that changes before it was sent.
update mdm.device set awaiting_approval = true;
select admin.profile_set('p', jsonb_build_array(jsonb_build_object('uri', fixture.p('One'), 'data', 'a'), jsonb_build_object('uri', fixture.p('Two'), 'data', 'a')), true);
select admin.assign('p', 'all');
select is(fixture.begins(:'a'), '{}', 'a device that awaits approval');
select is(fixture.shown(:'a'), '{p One pending,p Two pending}', 'has to wait');
select admin.profile_item_set('p', fixture.p('Two'), 'b');
select is(fixture.begins(:'a'), '{}', 'meanwhile it changes');
update mdm.device set awaiting_approval = false;
select is(fixture.begins(:'a'), '{Atomic,Replace One a,Replace Two b,Get One,Get Two}', 'the newest is sent, and what else was in the Atomic');
select is((select count(*) from mdm.command_any where state = 'cancelled'), 3::bigint, 'the older was cancelled');

-- Atomic.
select is(fixture.answers(:'a', '507', '216', '500', '=', '='), '{}', 'one fails and undoes the others');
select is(fixture.shown(:'a'), '{p One failed 216,p Two failed 500}', 'each has its status');
select results_eq('select explanation from admin.profile_status order by uri', $$ values
  ('Undone, because another command of the same Atomic failed. undone with the others, part 3: 500'),
  ('The device could not carry it out; its event log (DeviceManagement-Enterprise-Diagnostics-Provider) says more.') $$, 'in words');
select is((fixture.events(:'a'))[cardinality(fixture.events(:'a'))], 'profile.failed', 'an event');
select is(fixture.begins(:'a'), '{}', 'it is not sent at once');
select is((select array_agg(distinct retry_at - now()) from admin.profile_status), '{01:00:00}', 'but in an hour');
select fixture.later(:'a');
select is(fixture.begins(:'a'), '{Atomic,Replace One a,Replace Two b,Get One,Get Two}', 'all of it');
select is(fixture.answers(:'a', '507', '216', '500', '404', '404'), '{}', 'fails again');
select is((select array_agg(distinct retry_at - now()) from admin.profile_status), '{02:00:00}', 'the wait doubles');
select admin.setting_set('profile_attempts', '3');
select fixture.later(:'a'), fixture.begins(:'a'), fixture.answers(:'a', '507', '216', '500', '404', '404');
select is((select array_agg(distinct retry_at) from admin.profile_status), '{infinity}', 'until it is let be');
select fixture.later(:'a');
select is(fixture.begins(:'a'), '{}', 'for good');
select admin.profile_item_set('p', fixture.p('Two'), 'c');
select is(fixture.begins(:'a'), '{Replace Two c,Get Two}', 'until the profile changes');
select is(fixture.answers(:'a', '200', '404'), '{}', 'which helps');
select admin.profile_resend('p');
select is(fixture.begins(:'a'), '{Atomic,Replace One a,Replace Two c,Get One}', 'or is sent again');
select is(fixture.answers(:'a', '200', '200', '200', '404'), '{}', 'done');
select is(fixture.shown(:'a'), '{p One applied 200,p Two applied 200}', 'applied');
select admin.profile_remove('p');
select fixture.begins(:'a'), fixture.answers(:'a', '200', '200');

-- What this Windows has not, and what cannot be taken back.
select admin.profile_set('p', jsonb_build_array(jsonb_build_object('uri', fixture.p('One'), 'data', 'a'), jsonb_build_object('uri', fixture.p('Two'), 'data', 'a'),
  jsonb_build_object('verb', 'Exec', 'uri', './Vendor/MSFT/Run', 'format', 'null')));
select admin.assign('p', 'all');
select is(fixture.begins(:'a'), '{Replace One a,Replace Two a,Exec Run,Get One,Get Two}', 'three');
select is(fixture.answers(:'a', '406', '200', '200', '406', '405'), '{}', 'one is not supported, one cannot be read');
select is(fixture.shown(:'a'), '{p One not applicable 406,p Two applied 200,p Run applied 200}', 'as is shown');
select fixture.later(:'a');
select is(fixture.begins(:'a'), '{}', 'neither is tried again');
select admin.unassign('p', 'all');
select is(fixture.begins(:'a'), '{Delete Two}', 'what never was is not taken back');
select is(fixture.answers(:'a', '405'), '{}', 'one does not allow it');
select is(fixture.shown(:'a'), '{p Two cannot be removed 405,p Run cannot be removed 200}', 'and what was run was run');
select is(fixture.begins(:'a'), '{}', 'so it stays');
select admin.assign('p', 'all');
select is(fixture.begins(:'a'), '{Replace One a,Replace Two a,Get One,Get Two}', 'wanted again, it is not run again');
select is(fixture.answers(:'a', '200', '200', '=a', '405'), '{}', 'done');
select is(fixture.shown(:'a'), '{p One verified 200,p Two applied 200,p Run applied 200}', 'all is well');
select admin.profile_remove('p');
select fixture.begins(:'a'), fixture.answers(:'a', '200', '200');
delete from mdm.node;

-- What stands for a whole goes when nothing in it is wanted any more.
select admin.profile_set('p', '[{"verb": "Add", "uri": "./Vendor/MSFT/WiFi/Profile/Net/WlanXml", "data": "<x/>"}, {"verb": "Add", "uri": "./Vendor/MSFT/Top", "format": "node"},
  {"verb": "Add", "uri": "./Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/M/DownloadInstall", "format": "null"},
  {"verb": "Exec", "uri": "./Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/M/DownloadInstall", "format": "xml", "data": "<i/>"}]');
select admin.profile_set('q', '[{"uri": "./Vendor/MSFT/WiFi/Profile/Net/Proxy", "data": "p"}, {"uri": "./Vendor/MSFT/Top/Leaf", "data": "l"}]');
select admin.assign('p', 'all'), admin.assign('q', 'all');
select is(fixture.begins(:'a'), '{Add WlanXml <x/>,Add Top,Add DownloadInstall,Exec DownloadInstall <i/>,Replace Proxy p,Replace Leaf l,Get WlanXml,Get Top,Get Proxy,Get Leaf}', 'two profiles in one place');
select is(fixture.answers(:'a', '200', '200', '200', '202', '200', '200', '=<y/>', '=Leaf', '=q', '=l'), '{}', 'done');
select is(fixture.shown(:'a'), '{p DownloadInstall applied 200,p DownloadInstall sent,p Top verified 200,p WlanXml verified 200,q Leaf verified 200,q Proxy verified 200}',
  'what Windows rewrites has to be there, no more');
select admin.profile_remove('p');
select is(fixture.begins(:'a'), '{Delete M,Delete WlanXml}', 'one leaves: the program as a whole, of the network its part');
select is(fixture.answers(:'a', '200', '200'), '{}', 'done');
select is(fixture.shown(:'a'), '{p Top leaving 200,q Leaf verified 200,q Proxy verified 200}', 'and what is above a node that is wanted stays');
select is((select explanation from admin.profile_status where profile = 'p'), 'something that is still wanted needs it', 'as is said');
select admin.profile_remove('q');
select is(fixture.begins(:'a'), '{Delete Top,Delete Leaf,Delete Net}', 'the other leaves');
select is(fixture.answers(:'a', '200', '404', '200'), '{}', 'with the rest');
select is((select count(*) from mdm.node), 0::bigint, 'nothing is left');
select lives_ok(format('select mdm.command_end(%L, array(select seq from mdm.command), ''cancelled'')', :'a'), 'an Exec that had begun');

-- A profile for others; a group by rule follows the inventory.
select admin.group_set('new', '{"device": "os_version", "op": ">=", "value": "10.0.22000"}');
select admin.profile_set('p', jsonb_build_array(jsonb_build_object('uri', fixture.p('One'), 'data', 'a')), in_rule => '{"device": "os_version", "op": ">=", "value": "10.0.22000"}');
select admin.profile_set('q', jsonb_build_array(jsonb_build_object('uri', fixture.p('Two'), 'data', 'a')));
select admin.assign('p', 'all'), admin.assign('q', 'new');
select is(fixture.begins(:'a'), '{}', 'the device is too old');
select is(fixture.shown(:'a'), '{p One not applicable}', 'the one is not for it, the other not its');
select management.devinfo(:'a', '{./DevDetail/SwV}', '{10.0.22631.1}');
select is(fixture.begins(:'a'), '{Replace One a,Replace Two a,Get One,Get Two}', 'it was updated');
select is(fixture.answers(:'a', '200', '200', '=a', '=a'), '{}', 'done');
select management.devinfo(:'a', '{./DevDetail/SwV}', '{10.0.19045.1}');
select is(fixture.begins(:'a'), '{Delete One,Delete Two}', 'and went back');
select is(fixture.answers(:'a', '200', '200'), '{}', 'done');
select admin.profile_remove('p'), admin.profile_remove('q'), admin.group_remove('new');
select fixture.begins(:'a');

-- The user.
select admin.profile_set('u', '[{"uri": "./User/Vendor/MSFT/Policy/Config/Test/Three", "data": "a"}, {"uri": "./Vendor/MSFT/Policy/Config/Test/Four", "data": "a"}]');
select admin.assign('u', 'all');
select is(fixture.begins(:'a', 'none'), '{Replace Four a,Get Four}', 'nobody is signed in');
select is(fixture.answers(:'a', '200', '=a'), '{}', 'the device has its part');
select is(fixture.shown(:'a'), '{u Three pending,u Four verified 200}', 'the user''s waits');
select is(fixture.begins(:'a', 'others'), '{}', 'for others as well');
select admin.profile_item_set('u', './User/Vendor/MSFT/Policy/Config/Test/Three', 'b');
select is(fixture.begins(:'a'), '{Replace Three b,Get Three}', 'for its user');
select is(fixture.answers(:'a', '200', '=b'), '{}', 'done');

-- 202: it comes to it later.
select admin.profile_item_set('u', fixture.p('Four'), 'b');
select fixture.begins(:'a');
select is(fixture.answers(:'a', '202', '=a'), '{}', 'it has begun');
select is(fixture.shown(:'a'), '{u Three verified 200,u Four sent}', 'and is not done');
select fixture.later(:'a');
select is(fixture.begins(:'a'), '{Get Three,Get Four}', 'it is asked later');
select is(fixture.answers(:'a', '=b', '=b'), '{}', 'and has');
select is(fixture.shown(:'a'), '{u Three verified 200,u Four verified}', 'done');
select is((select count(*) from mdm.command), 0::bigint, 'nothing is on its way');

-- What an administrator cancels; what never was answered.
select admin.profile_item_set('u', fixture.p('Four'), 'c');
select is(fixture.begins(:'a'), '{Replace Four c,Get Four}', 'a change');
select fixture.begins(:'a');
update mdm.device set awaiting_approval = true;
select fixture.begins(:'a');
select is(admin.cancel(command), 'cancelled', 'which the administrator cancels') from mdm.command where verb = 'Replace';
select is(fixture.shown(:'a'), '{u Three verified 200,u Four failed}', 'is not sent again by itself');
update mdm.device set awaiting_approval = false;
select is(fixture.begins(:'a'), '{Get Four}', 'nor is it');
select fixture.answers(:'a', '=b');
select is((select explanation from admin.profile_status where state = 'failed'), 'it was cancelled', 'as is said');

-- A device that enrolls anew has nothing of it; one that left is not spoken of.
select fixture.enroll('A', 2) as again \gset
select is(:'again'::uuid, :'a'::uuid, 'the device enrolls anew');
select is(fixture.message(:'a', 'N', 1, null, 'user', true, 2), '1', 'and comes');
select is(fixture.given(:'a'), '{Replace Three b,Replace Four c,Get Three,Get Four}', 'all is sent');
select mdm.unenroll(:'a');
select is((select count(*) from mdm.node), 0::bigint, 'it leaves, with its nodes');
select is_empty('select from admin.profile_status', 'and nobody expects any');
\ir invariant.inc
select * from finish();
rollback;

-- SPDX-License-Identifier: ISC
-- How far each device is with each node of its profiles.  One that has not
-- come since the last change is compared here; of the others it is known.
create or replace view admin.profile_status as
select n.device, n.profile, n.uri,
       case when n.state = 'pending' and c.state in ('sent', 'accepted')
         then 'sent' else n.state end as state,
       n.status, admin.status_words(n.status, n.error) as explanation,
       n.overrides, n.failures, n.retry_at, n.drifts, n.set_at, n.verified_at,
       c.command, n.changed_at
  from mdm.node n
  left join mdm.command c on c.device = n.device and c.seq = n.seq
union all
select s.device, d.profile, d.uri, 'pending', null,
       'the device has not come since the last change', d.overrides, 0, null,
       0, null, null, null, null
  from mdm.session_rule r
  join mdm.session s on s.revision < r.revision or s.due_at = '-infinity'
  join mdm.device v on v.device = s.device
   and v.state in ('enrolling', 'enrolled', 'blocked')
 cross join lateral admin.desired(s.device) d
 where d.applies and not exists (select from mdm.node n
   where n.device = s.device and n.node = d.node and n.exec = d.exec
     and n.want = d.want);
comment on view admin.profile_status is
  'How far each device is with each node of its profiles.';
comment on column admin.profile_status.device is 'The device (device.id).';
comment on column admin.profile_status.profile is 'The profile that has its way, or had it last (profile.name).';
comment on column admin.profile_status.uri is 'The node.';
comment on column admin.profile_status.state is
  'pending: to be sent; sent: not answered, or begun; applied: the device carried it out; verified: it was read back; drifted: it was changed on the device; failed; not applicable; leaving: to be taken back; cannot be removed.';
comment on column admin.profile_status.status is 'The last Status of the device for it.';
comment on column admin.profile_status.explanation is 'What that means, or why the node is not as it should be.';
comment on column admin.profile_status.overrides is 'Profiles with a lower priority that want something else.';
comment on column admin.profile_status.failures is 'How often it failed since it last changed.';
comment on column admin.profile_status.retry_at is 'When it is sent again; infinity: not before the profile changes or is sent again.';
comment on column admin.profile_status.drifts is 'How often it was found changed.';
comment on column admin.profile_status.set_at is 'When the device last carried it out.';
comment on column admin.profile_status.verified_at is 'When it was last read back as it should be.';
comment on column admin.profile_status.command is 'The command on its way (command.id).';
comment on column admin.profile_status.changed_at is 'When its state last changed; null: it has none yet.';

-- SPDX-License-Identifier: ISC
-- How far each device is with each node of its profiles.  One that has not
-- come since the last change is compared here; of the others it is known.
create or replace view admin.profile_status as
select x.device, coalesce(x.profile, n.profile) as profile,
       coalesce(x.uri, n.uri) as uri,
       case when x.todo is not null then x.todo
            when n.state = 'pending' and c.state in ('sent', 'accepted') then 'sent'
            else n.state end as state,
       case when x.todo is null then n.status end as status,
       case when x.todo is null then admin.status_words(n.status, n.error)
            else 'the device has not come since the last change' end as explanation,
       case when x.todo is null then n.overrides else x.overrides end as overrides,
       case when x.todo is null then n.failures else 0 end as failures,
       case when x.todo is null then n.retry_at end as retry_at,
       coalesce(n.drifts, 0) as drifts, n.set_at, n.verified_at,
       case when x.todo is null then c.command end as command, n.changed_at
  from (
    select n.device, n.node, n.exec, null as profile, null as uri,
           null::text[] as overrides, null as todo
      from mdm.session_rule r
      join mdm.session s on s.revision >= r.revision and s.due_at > '-infinity'
      join mdm.node n on n.device = s.device
     union all
    select s.device, y.node, y.exec, y.profile, y.uri, y.overrides, y.todo
      from mdm.session_rule r
      join mdm.session s on s.revision < r.revision or s.due_at = '-infinity'
      join mdm.device v on v.device = s.device
       and v.state in ('enrolling', 'enrolled', 'blocked')
     cross join lateral (
       select coalesce(d.node, n.node) as node, coalesce(d.exec, n.exec) as exec,
              d.profile, d.uri, d.overrides,
              case when n.want = d.want or n.state = 'cannot be removed' then null
                   when d.node is null then 'leaving' else 'pending' end as todo
         from (select * from admin.desired(s.device) w where w.applies) d
         full join (select * from mdm.node m where m.device = s.device) n
           on n.node = d.node and n.exec = d.exec) y
  ) x
  left join mdm.node n
    on n.device = x.device and n.node = x.node and n.exec = x.exec
  left join mdm.command c on c.device = n.device and c.seq = n.seq;
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

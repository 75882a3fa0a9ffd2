-- SPDX-License-Identifier: ISC
-- How far all devices are with each profile, without comparing any.
create or replace view admin.profile_summary as
select n.profile,
       case when n.state = 'pending' and c.state in ('sent', 'accepted')
         then 'sent' else n.state end as state,
       count(distinct n.device) as devices, count(*) as nodes
  from mdm.node n
  left join mdm.command c
    on n.state = 'pending' and c.device = n.device and c.seq = n.seq
 group by 1, 2
union all
select null, 'not compared', count(*), null
  from mdm.session_rule r
  join mdm.session s on s.revision < r.revision or s.due_at = '-infinity'
  join mdm.device d on d.device = s.device
   and d.state in ('enrolling', 'enrolled', 'blocked')
having count(*) > 0;
comment on view admin.profile_summary is
  'How far all devices are with each profile, as of their last comparison; of use where profile_status has too many devices to compare.';
comment on column admin.profile_summary.profile is 'The profile (profile.name).';
comment on column admin.profile_summary.state is
  'As in profile_status; not compared: the devices that have not come since the last change.';
comment on column admin.profile_summary.devices is 'How many devices have such a node.';
comment on column admin.profile_summary.nodes is 'How many nodes are in this state.';

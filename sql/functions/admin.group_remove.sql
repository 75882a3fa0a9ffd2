-- SPDX-License-Identifier: ISC
-- Remove a group.  MD404: no such group; MD409: a profile is assigned to it, or
-- a maintenance window or a roll-out is for it.
create or replace function admin.group_remove(in_name text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_profile text;
  v_for     text;
begin
  perform mdm.desired_lock();
  select a.profile into v_profile from mdm.assignment a
   where a.name = in_name order by 1 limit 1;
  if found then
    raise exception 'the profile "%" is assigned to the group "%"', v_profile,
      in_name using errcode = 'MD409';
  elsif in_name = 'all' then
    raise exception 'name: the group "all" cannot be removed' using errcode = 'MD400';
  end if;
  select 'maintenance window "' || w.name || '"' into v_for
    from mdm.maintenance_window w where w.device_group = in_name
   union all
  select 'roll-out "' || r.name || '"'
    from mdm.rollout r
   where r.device_group = in_name and r.state in ('running', 'paused', 'halted')
   union all
  select 'compliance rule "' || r.name || '"'
    from mdm.compliance_rule r where in_name in (r.device_group, r.tag_group)
   order by 1 limit 1;
  if found then
    raise exception 'the % is for the group "%"', v_for, in_name
      using errcode = 'MD409';
  end if;
  delete from mdm.group g where g.name = in_name;
  if not found then
    raise exception 'no group "%"', in_name using errcode = 'MD404';
  end if;
  delete from mdm.group_member m where m.name = in_name;
  perform mdm.revision_raise();
  perform mdm.event_add(null, 'group.removed', jsonb_build_object('name', in_name));
end
$$;
comment on function admin.group_remove is 'Remove a group that nothing is assigned to.';

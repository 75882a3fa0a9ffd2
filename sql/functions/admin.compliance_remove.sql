-- SPDX-License-Identifier: ISC
-- Remove a rule of compliance; devices that stand in its group because they
-- broke it stand there no longer.  MD404: no such rule.
create or replace function admin.compliance_remove(in_name text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_group  text;
  v_device uuid;
begin
  delete from mdm.compliance_rule r where r.name = in_name
  returning r.tag_group into v_group;
  if not found then
    raise exception 'no rule of compliance "%"', in_name using errcode = 'MD404';
  end if;
  for v_device in
    select c.device from mdm.compliance c
     where c.name = in_name and c.state = 'broken' and v_group is not null
       and not exists (select from mdm.compliance o
         join mdm.compliance_rule r on r.name = o.name and r.tag_group = v_group
        where o.device = c.device and o.state = 'broken' and o.name <> in_name)
     order by c.device
  loop
    perform mdm.group_member_set(v_device, v_group, false);
  end loop;
  delete from mdm.compliance c where c.name = in_name;
  perform mdm.event_add(null, 'compliance.removed',
    jsonb_build_object('name', in_name));
end
$$;
comment on function admin.compliance_remove is 'Remove a rule of compliance.';

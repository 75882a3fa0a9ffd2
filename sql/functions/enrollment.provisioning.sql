-- SPDX-License-Identifier: ISC
-- The settings of the provisioning document of a device that just enrolled:
-- those of the rules that it fits, then the administrator's, then the presets.
-- certificate_store is never empty here, and stays as it was first said.
create or replace function enrollment.provisioning(in_device uuid)
returns table (name text, value text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_enrollment mdm.enrollment;
  v_group      text;
  v_rules      jsonb;
  v_store      text;
begin
  select e.* into strict v_enrollment from mdm.enrollment e
   where e.device = in_device
   order by e.number desc
   limit 1;
  select d.enrollment_group into v_group
    from mdm.device d where d.device = in_device;
  select jsonb_object_agg(s.key, s.value order by r.number desc) into v_rules
    from mdm.provisioning_rule r, jsonb_each_text(r.settings) s
   where mdm.provisioning_fits(r, v_enrollment, v_group);
  if v_enrollment.store is null then
    select coalesce(
             nullif(coalesce(v_rules ->> s.name, s.value, s.preset), ''),
             case v_enrollment.enrollment_type when 'Device' then 'System'
                                               else 'User' end)
      into strict v_enrollment.store
      from mdm.setting s where s.name = 'certificate_store';
    update mdm.enrollment e set store = v_enrollment.store
     where e.device = in_device and e.number = v_enrollment.number;
  end if;
  return query
    select s.name, case s.name when 'certificate_store' then v_enrollment.store
             else coalesce(v_rules ->> s.name, s.value, s.preset) end
      from mdm.setting s
     where 'enrollment' = any (s.reader)
     order by 1;
end
$$;
comment on function enrollment.provisioning is
  'The settings of the provisioning document of a device, as the rules have them.';

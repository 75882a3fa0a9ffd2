-- SPDX-License-Identifier: ISC
-- Make or change the provisioning rule of a number: other settings for
-- devices that fit all conditions; null: any.  Where several rules have one
-- setting the least number counts.  MD400: a setting that rules cannot have,
-- a value that does not match its pattern, or a bad condition.  A warning says
-- what is odd about how often these devices would poll.
create or replace function admin.provisioning_set(in_number int, in_name text,
  in_settings jsonb, in_device_types text[] default null,
  in_os_from text default null, in_os_before text default null,
  in_enrollment_type text default null, in_group text default null)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fault text;
  v_odd   text;
begin
  select format('%s must match %s', p.key, coalesce(s.pattern, 'the name of a setting that rules may have'))
    into v_fault
    from jsonb_each_text(case jsonb_typeof(in_settings) when 'object'
           then in_settings else '{"settings": ""}' end) p
    left join mdm.setting s on s.name = p.key and s.ruled
   where s.name is null or p.value is null or p.value !~ ('^(' || s.pattern || ')$')
   order by p.key
   limit 1;
  v_fault := case
    when in_number is null or in_number < 1 then 'number: must be 1 or more'
    when in_name is null or in_name !~ '^[^[:cntrl:]]{1,64}$'
      then 'name: must have 1 to 64 characters'
    when v_fault is not null then v_fault
    when in_os_from is not null and mdm.version_parts(in_os_from) is null
      or in_os_before is not null and mdm.version_parts(in_os_before) is null
      then 'OS version: must be numbers with dots'
    when in_enrollment_type not in ('Full', 'Device')
      then 'enrollment type: must be Full or Device'
  end;
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD400';
  end if;
  insert into mdm.provisioning_rule (number, name, device_types, os_from,
    os_before, enrollment_type, enrollment_group, settings)
  values (in_number, in_name, in_device_types, in_os_from, in_os_before,
    in_enrollment_type, in_group, in_settings)
  on conflict (number) do update
     set name = excluded.name, device_types = excluded.device_types,
         os_from = excluded.os_from, os_before = excluded.os_before,
         enrollment_type = excluded.enrollment_type,
         enrollment_group = excluded.enrollment_group,
         settings = excluded.settings;
  if in_settings ?| array(select s.name from mdm.setting s
                           where s.name ~ '^poll_' or s.name = 'push_pfn') then
    v_odd := mdm.poll_warning(in_settings);
  end if;
  if v_odd is not null then
    raise warning '%: %', in_name, v_odd;
  end if;
  perform mdm.event_add(null, 'provisioning.set', jsonb_build_object(
    'number', in_number, 'name', in_name, 'settings', in_settings)
    || case when v_odd is null then '{}' else jsonb_build_object('warning', v_odd) end);
end
$$;
comment on function admin.provisioning_set is
  'Make or change a rule that gives some devices other settings of the provisioning document.';

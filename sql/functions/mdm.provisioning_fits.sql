-- SPDX-License-Identifier: ISC
-- Whether a rule is for a device that enrolled so.
create or replace function mdm.provisioning_fits(
  in_rule mdm.provisioning_rule, in_enrollment mdm.enrollment, in_group text)
returns boolean
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(
    (in_rule.device_types is null
     or lower(mdm.context_value(in_enrollment.context, 'DeviceType'))
        in (select lower(t.name) from unnest(in_rule.device_types) as t (name)))
    and (in_rule.os_from is null
     or mdm.version_parts(mdm.context_value(in_enrollment.context, 'OSVersion'))
        >= mdm.version_parts(in_rule.os_from))
    and (in_rule.os_before is null
     or mdm.version_parts(mdm.context_value(in_enrollment.context, 'OSVersion'))
        < mdm.version_parts(in_rule.os_before))
    and (in_rule.enrollment_type is null
     or in_enrollment.enrollment_type = in_rule.enrollment_type)
    and (in_rule.enrollment_group is null
     or in_group = in_rule.enrollment_group), false);
end
$$;
comment on function mdm.provisioning_fits is
  'Whether a provisioning rule is for a device that enrolled so.';

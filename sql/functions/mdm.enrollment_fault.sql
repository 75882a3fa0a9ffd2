-- SPDX-License-Identifier: ISC
-- What a group has against a device that wants to enroll: the ErrorType of
-- [MS-MDE2] 2.2.9.1 and the reason for the log; both null if nothing.  The
-- group's row is locked where the group counts, so that parallel enrollments
-- cannot go over its limits together.
create or replace function mdm.enrollment_fault(in_device uuid, in_upn text,
  in_group text, in_context jsonb, out error_type text, out reason text)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_group mdm.enrollment_group;
  v_type  text := mdm.context_value(in_context, 'DeviceType');
  v_os    text := mdm.context_value(in_context, 'OSVersion');
  v_name  text;
begin
  select * into strict v_group from mdm.enrollment_group g where g.name = in_group;
  v_name := format('group %s: ', in_group);
  if v_group.state = 'maintenance' or exists (select from mdm.setting s
    where s.name = 'maintenance' and coalesce(s.value, s.preset) = 'true') then
    error_type := 'InMaintenance';
    reason := v_name || 'in maintenance';
  elsif v_group.state = 'closed' then
    error_type := 'NotSupported';
    reason := v_name || 'closed';
  elsif v_type <> all (v_group.device_types)
    or v_group.device_types is not null and v_type is null then
    error_type := 'DeviceNotSupported';
    reason := v_name || 'DeviceType ' || coalesce(v_type, 'not given');
  elsif v_group.os_editions is not null and not coalesce(
    mdm.context_value(in_context, 'OSEdition') = any (v_group.os_editions::text[]), false) then
    error_type := 'DeviceNotSupported';
    reason := v_name || 'OSEdition '
      || coalesce(mdm.context_value(in_context, 'OSEdition'), 'not given');
  elsif v_group.minimum_os_version is not null and not coalesce(
    mdm.version_parts(v_os) >= mdm.version_parts(v_group.minimum_os_version), false) then
    error_type := 'DeviceNotSupported';
    reason := v_name || 'OSVersion ' || coalesce(v_os, 'not given');
  elsif v_group.registered and not exists (select from mdm.registration r
    where r.enrollment_group = in_group and (r.kind, r.value) in (
      ('serial_number', lower(mdm.context_value(in_context, 'SerialNumber'))),
      ('model', lower(mdm.context_value(in_context, 'DeviceModel'))),
      ('hardware_id', lower(mdm.context_value(in_context, 'HWDevID'))))) then
    error_type := 'DeviceNotSupported';
    reason := v_name || 'the device is not registered';
  elsif num_nonnulls(v_group.devices_per_user, v_group.devices) > 0 then
    perform from mdm.enrollment_group g where g.name = in_group for no key update;
    if (select count(*) from mdm.device d
         where lower(d.upn) = lower(in_upn) and d.device <> in_device
           and d.state not in ('unenrolled', 'retired')) >= v_group.devices_per_user then
      error_type := 'DeviceCapReached';
      reason := v_name || 'the user has enough devices';
    elsif (select count(*) from mdm.device d
         where d.enrollment_group = in_group and d.device <> in_device
           and d.state not in ('unenrolled', 'retired')) >= v_group.devices then
      error_type := 'UserLicense';
      reason := v_name || 'all licences are in use';
    end if;
  end if;
end
$$;
comment on function mdm.enrollment_fault is
  'What a group has against a device that wants to enroll; nulls if nothing.';

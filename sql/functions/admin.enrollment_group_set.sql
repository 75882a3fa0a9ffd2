-- SPDX-License-Identifier: ISC
-- Make a group of enrollments, or change it whole: what must be true of a
-- device and its user for it to enroll.  Null means anything.  MD400: the
-- rule that is broken.
create or replace function admin.enrollment_group_set(in_name text,
  in_devices_per_user int default null, in_devices int default null,
  in_device_types text[] default null, in_os_editions int[] default null,
  in_minimum_os_version text default null,
  in_registered boolean default false, in_approval boolean default false,
  in_state text default 'open', in_message text default null)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fault text;
begin
  v_fault := case
    when in_name is null or in_name !~ '^[A-Za-z0-9._-]{1,64}$'
      then 'name: must be 1 to 64 of A-Z a-z 0-9 . _ -'
    when in_devices_per_user < 0 or in_devices < 0
      then 'devices_per_user, devices: must not be negative'
    when cardinality(in_device_types) = 0 or cardinality(in_os_editions) = 0
      then 'device_types, os_editions: must not be empty; null is any'
    when mdm.version_parts(in_minimum_os_version) is null
      and in_minimum_os_version is not null
      then 'minimum_os_version: must be numbers with dots between'
    when num_nulls(in_registered, in_approval) > 0
      then 'registered, approval: must be true or false'
    when in_state is null or in_state not in ('open', 'maintenance', 'closed')
      then 'state: must be open, maintenance or closed'
    when in_message !~ '^[^[:cntrl:]]{1,255}$'
      then 'message: must be 1 to 255 characters'
  end;
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD400';
  end if;
  insert into mdm.enrollment_group as g (name, devices_per_user, devices,
    device_types, os_editions, minimum_os_version, registered, approval, state, message)
  values (in_name, in_devices_per_user, in_devices, in_device_types,
    in_os_editions, in_minimum_os_version, in_registered, in_approval,
    in_state, in_message)
  on conflict (name) do update
     set devices_per_user = excluded.devices_per_user,
         devices = excluded.devices, device_types = excluded.device_types,
         os_editions = excluded.os_editions,
         minimum_os_version = excluded.minimum_os_version,
         registered = excluded.registered, approval = excluded.approval,
         state = excluded.state, message = excluded.message;
  perform mdm.event_add(null, 'enrollment_group.set', jsonb_build_object(
    'name', in_name, 'state', in_state, 'devices_per_user', in_devices_per_user,
    'devices', in_devices, 'device_types', in_device_types,
    'os_editions', in_os_editions, 'minimum_os_version', in_minimum_os_version,
    'registered', in_registered, 'approval', in_approval));
end
$$;
comment on function admin.enrollment_group_set is
  'Make a group of enrollments, or change it whole: who may enroll what.';

-- SPDX-License-Identifier: ISC
-- The device of a user and DeviceID, made when it is new, and locked.
-- Parallel callers get the same one: the key decides, the others wait for it.
create or replace function mdm.enrollment_device(in_upn text, in_device_id text)
returns uuid
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id     bytea := sha256(convert_to(lower(in_device_id), 'UTF8'));
  v_owner  bytea := sha256(convert_to(lower(in_upn), 'UTF8') || v_id);
  v_device uuid := gen_random_uuid();
  v_first  uuid;
begin
  insert into mdm.device_key (kind, value, device)
  values ('owner', v_owner, v_device)
  on conflict do nothing;
  if not found then
    select k.device into strict v_device
      from mdm.device_key k where k.kind = 'owner' and k.value = v_owner;
    perform mdm.lock(v_device);
    return v_device;
  end if;

  insert into mdm.device (device, device_id, upn)
  values (v_device, in_device_id, in_upn);
  insert into mdm.counter (device) values (v_device);
  insert into mdm.session (device) values (v_device);

  -- Cloned images share a DeviceID, and a device may change hands.
  insert into mdm.device_key (kind, value, device)
  values ('device_id', v_id, v_device)
  on conflict do nothing;
  if not found then
    select k.device into strict v_first
      from mdm.device_key k where k.kind = 'device_id' and k.value = v_id;
    perform mdm.event_add(v_device, 'device_id.shared',
      jsonb_build_object('device_id', in_device_id, 'first', v_first));
  end if;
  return v_device;
end
$$;
comment on function mdm.enrollment_device is
  'The device of a user and DeviceID, made when it is new, and locked.';

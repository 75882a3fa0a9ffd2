-- SPDX-License-Identifier: ISC
-- Note the HWDevID with which a device enrolled.  It is no identity: cloned
-- machines share one, and so does one that was set up anew.  Two devices with
-- one leave an event, and both keep working; who has left does not count.
create or replace function mdm.hardware_note(in_device uuid, in_names text[],
  in_values text[])
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name  text := btrim(in_values[array_position(in_names, 'HWDevID')]);
  v_key   bytea := sha256(convert_to(lower(v_name), 'UTF8'));
  v_first uuid;
begin
  if v_name is null or v_name = '' then
    return;
  end if;
  insert into mdm.device_key (kind, value, device)
  values ('hardware_id', v_key, in_device)
  on conflict do nothing;
  if found then
    return;
  end if;
  select k.device into strict v_first from mdm.device_key k
   where k.kind = 'hardware_id' and k.value = v_key;
  if v_first = in_device then
    return;
  end if;
  perform from mdm.device d
   where d.device = v_first and d.state in ('unenrolled', 'retired');
  if found then
    update mdm.device_key k set device = in_device
     where k.kind = 'hardware_id' and k.value = v_key;
    return;
  end if;
  perform mdm.event_add(in_device, 'hardware_id.shared',
    jsonb_build_object('hardware_id', left(v_name, 256), 'first', v_first));
end
$$;
comment on function mdm.hardware_note is
  'Note the HWDevID of a device; an event tells when another one has it too.';

-- SPDX-License-Identifier: ISC
-- When a device was last to be read, at in_at or before: devices are spread
-- over the setting verify_interval by their ids.  Null when it says never.
create or replace function mdm.verify_slot(in_device uuid, in_at timestamptz)
returns timestamptz
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_every  bigint := mdm.setting_int('verify_interval') * 3600;
  v_offset bigint;
begin
  if v_every = 0 then
    return null;
  end if;
  v_offset := (uuid_hash_extended(in_device, 0) & 2147483647) % v_every;
  return to_timestamp(floor((extract(epoch from in_at) - v_offset) / v_every)
    * v_every + v_offset);
end
$$;
comment on function mdm.verify_slot is
  'When what profiles set on a device was last to be read.';

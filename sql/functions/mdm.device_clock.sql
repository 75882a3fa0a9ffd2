-- SPDX-License-Identifier: ISC
-- What a device's clock says, compared with ours, in steps of a quarter of an
-- hour, is its time zone; more than eighteen hours apart it is only wrong.
create or replace function mdm.device_clock(in_device uuid, in_local text)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_minutes int;
begin
  if in_local !~ '^[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]' then
    return;
  end if;
  v_minutes := round(extract(epoch from left(in_local, 19)::timestamp
    - (now() at time zone 'UTC')) / 900) * 15;
  if abs(v_minutes) <= 1080 then
    update mdm.device d set utc_offset = v_minutes
     where d.device = in_device and d.utc_offset is distinct from v_minutes;
  end if;
exception when datetime_field_overflow or numeric_value_out_of_range then
  return; -- the 31st of February, or the year 0
end
$$;
comment on function mdm.device_clock is
  'Learn the time zone of a device from its local time.';

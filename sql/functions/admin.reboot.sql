-- SPDX-License-Identifier: ISC
-- Restart a device: within five minutes of its next session, or at in_at.
-- MD400: that is over; MD404: no such device; MD409: it has left.
create or replace function admin.reboot(in_device uuid,
  in_at timestamptz default null)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_at text := to_char(in_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');
begin
  if in_at is null then
    return mdm.action_add(in_device, 'reboot', mdm.parts_make(null,
      '[["Exec", "./Device/Vendor/MSFT/Reboot/RebootNow", "null", null]]'));
  elsif in_at <= now() or not isfinite(in_at) then
    raise exception 'at: is over' using errcode = 'MD400';
  end if;
  return mdm.action_add(in_device, 'reboot_schedule', mdm.parts_make(null,
      jsonb_build_array(jsonb_build_array('Replace',
        './Device/Vendor/MSFT/Reboot/Schedule/Single', 'chr', v_at))),
    jsonb_build_object('at', v_at));
end
$$;
comment on function admin.reboot is
  'Restart a device now or at a time; says the id of the action.';

-- SPDX-License-Identifier: ISC
-- MD404, naming it, when one of these is no device.
create or replace function mdm.devices_known(in_devices uuid[]) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_device uuid;
begin
  select u.device into v_device
    from unnest(in_devices) u (device)
    left join mdm.device d on d.device = u.device
   where d.device is null limit 1;
  if found then
    raise exception 'no device %', coalesce(v_device::text, 'null')
      using errcode = 'MD404';
  end if;
end
$$;
comment on function mdm.devices_known is 'MD404 when one of these is no device.';

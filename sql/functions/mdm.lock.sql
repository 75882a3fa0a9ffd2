-- SPDX-License-Identifier: ISC
-- Take a device's lock: its session row.  MD404 when there is no such device.
create or replace function mdm.lock(in_device uuid) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform from mdm.session s where s.device = in_device for no key update;
  if not found then
    raise exception 'no device %', in_device using errcode = 'MD404';
  end if;
end
$$;
comment on function mdm.lock is
  'Taken first by whoever changes the state of a device, so that its messages wait.';

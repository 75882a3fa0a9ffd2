-- SPDX-License-Identifier: ISC
-- Let a blocked device in again; its next message makes it enrolled.
-- MD404: no such device; MD409: it is not blocked.
create or replace function admin.approve(in_device uuid) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform mdm.lock(in_device);
  update mdm.device d set state = 'enrolling'
   where d.device = in_device and d.state = 'blocked';
  if not found then
    raise exception 'device % is not blocked', in_device using errcode = 'MD409';
  end if;
  perform mdm.event_add(in_device, 'device.approved');
end
$$;
comment on function admin.approve is 'Let a blocked device in again.';

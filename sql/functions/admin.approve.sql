-- SPDX-License-Identifier: ISC
-- Let a device in that waits for it, or that was blocked; its next message
-- makes it enrolled.  MD404: no such device; MD409: it is in already.
create or replace function admin.approve(in_device uuid) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform mdm.lock(in_device);
  update mdm.device d
     set state = case d.state when 'blocked' then 'enrolling' else d.state end,
         awaiting_approval = false
   where d.device = in_device and (d.state = 'blocked' or d.awaiting_approval);
  if not found then
    raise exception 'device % is not blocked and awaits no approval', in_device
      using errcode = 'MD409';
  end if;
  perform mdm.event_add(in_device, 'device.approved');
end
$$;
comment on function admin.approve is
  'Let a device in that awaits approval or was blocked.';

-- SPDX-License-Identifier: ISC
-- Have a profile sent again as it is, to all devices that have it or to one
-- of them, also where it failed for good.  MD404: no such profile or device.
create or replace function admin.profile_resend(in_name text,
  in_device uuid default null)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if in_device is not null then
    perform mdm.lock(in_device);
  end if;
  perform mdm.desired_lock();
  update mdm.profile p
     set generation = p.generation + case when in_device is null then 1 else 0 end
   where p.name = in_name;
  if not found then
    raise exception 'no profile "%"', in_name using errcode = 'MD404';
  end if;
  if in_device is null then
    perform mdm.revision_raise();
  else
    update mdm.node n set generation = 0
     where n.device = in_device and n.profile = in_name;
    perform mdm.device_due_now(array[in_device]);
  end if;
  perform mdm.event_add(in_device, 'profile.resent',
    jsonb_build_object('name', in_name));
end
$$;
comment on function admin.profile_resend is
  'Have a profile sent again as it is, to all devices that have it or to one.';

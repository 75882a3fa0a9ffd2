-- SPDX-License-Identifier: ISC
-- Have a device renew its certificate now: queues the command, which waits for
-- no maintenance window, and lets it be renewed however long it is still
-- valid.  MD404: no such device; MD409: the device has left, or has no
-- certificate to renew.
create or replace function admin.renew(in_device uuid) returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform mdm.lock(in_device);
  update mdm.certificate c set renewal_asked = now()
   where c.device = in_device and c.state = 'issued';
  if not found then
    raise exception 'device % has no certificate to renew', in_device
      using errcode = 'MD409';
  end if;
  perform mdm.event_add(in_device, 'renewal.asked');
  return admin.enqueue(in_device, 'Exec',
    './Device/Vendor/MSFT/CertificateStore/My/WSTEP/Renew/RenewNow',
    in_format => 'null', in_priority => 9);
end
$$;
comment on function admin.renew is
  'Have a device renew its certificate at its next session; says the id of the command.';

-- SPDX-License-Identifier: ISC
-- A device, whose lock is held, has left: close its certificates, end its
-- queue, keep the rest.
create or replace function mdm.unenroll(in_device uuid) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ended record;
begin
  update mdm.device d set state = 'unenrolled' where d.device = in_device;
  update mdm.certificate c
     set state = 'revoked', reason = 'unenrolled', revoked_at = now()
   where c.device = in_device and c.state <> 'revoked';
  select * into v_ended from mdm.queue_close(in_device);
  perform mdm.event_add(in_device, 'device.unenrolled', jsonb_build_object(
    'cancelled', v_ended.cancelled, 'unknown', v_ended.unknown));
end
$$;
comment on function mdm.unenroll is
  'Close a device that has left: certificates and queue end, the history stays.';

-- SPDX-License-Identifier: ISC
-- Another device has taken the place of this one: close its certificates and
-- its queue, keep the rest.  Who has left already is let be.
create or replace function mdm.supersede(in_device uuid, in_by uuid)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ended record;
begin
  perform mdm.lock(in_device);
  update mdm.device d set state = 'retired'
   where d.device = in_device and d.state not in ('unenrolled', 'retired');
  if not found then
    return;
  end if;
  update mdm.certificate c set state = 'superseded'
   where c.device = in_device and c.state in ('reserved', 'issued');
  select * into v_ended from mdm.queue_close(in_device);
  perform mdm.event_add(in_device, 'device.superseded', jsonb_build_object(
    'by', in_by, 'cancelled', v_ended.cancelled, 'unknown', v_ended.unknown));
end
$$;
comment on function mdm.supersede is
  'Retire a device whose place another one has taken.';

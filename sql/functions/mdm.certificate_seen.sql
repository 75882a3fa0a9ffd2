-- SPDX-License-Identifier: ISC
-- A certificate came with a message for the first time: those of the
-- device's earlier enrollments, and those before it in its own, have served
-- their time, and so has the device that it takes the place of.  A new
-- enrollment begins with nothing of what profiles set.
create or replace function mdm.certificate_seen(in_device uuid, in_serial bytea)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_enrollment int;
  v_generation int;
  v_count      int;
  v_old        uuid;
begin
  update mdm.certificate c set seen_at = now()
   where c.device = in_device and c.serial = in_serial
  returning c.enrollment, c.generation into strict v_enrollment, v_generation;
  update mdm.certificate c set state = 'superseded'
   where c.device = in_device
     and (c.enrollment, c.generation) < (v_enrollment, v_generation)
     and c.state in ('reserved', 'issued');
  get diagnostics v_count = row_count;
  if v_count > 0 then
    perform mdm.event_add(in_device, 'certificate.superseded',
      jsonb_build_object('by', encode(in_serial, 'hex'), 'count', v_count));
  end if;
  if v_enrollment > 1 and not exists (select from mdm.certificate c
    where c.device = in_device and c.enrollment = v_enrollment
      and c.serial <> in_serial and c.seen_at is not null) then
    perform mdm.node_forget(in_device);
  end if;
  select d.supersedes into v_old from mdm.device d where d.device = in_device;
  if v_old is not null then
    perform mdm.supersede(v_old, in_device);
    update mdm.device d set supersedes = null where d.device = in_device;
  end if;
  perform set_config('fenestra.message', 'changed', true);
end
$$;
comment on function mdm.certificate_seen is
  'Note the first use of a certificate and supersede the earlier ones of its device.';

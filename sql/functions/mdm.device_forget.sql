-- SPDX-License-Identifier: ISC
-- Remove a device and all that belongs to it.  The server's audit trail says
-- so, with the head of the chain that ends here.
create or replace function mdm.device_forget(in_device uuid) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_device  mdm.device;
  v_counter mdm.counter;
begin
  perform mdm.lock(in_device);
  select * into strict v_device from mdm.device d where d.device = in_device;
  select * into strict v_counter from mdm.counter c
   where c.device = in_device for update;
  -- Its names, by their values: there is no index of the devices.
  delete from mdm.device_key k
   using (select sha256(convert_to(lower(e.device_id), 'UTF8')) as id,
                 sha256(convert_to(lower(e.upn), 'UTF8')
                   || sha256(convert_to(lower(e.device_id), 'UTF8'))) as owner,
                 sha256(convert_to(lower(btrim(mdm.context_value(e.context,
                   'HWDevID'))), 'UTF8')) as hardware
            from mdm.enrollment e where e.device = in_device) e
   where k.device = in_device and (k.kind, k.value)
     in (('device_id', e.id), ('owner', e.owner), ('hardware_id', e.hardware));
  perform mdm.enrollment_forget(in_device, e.number)
     from mdm.enrollment e where e.device = in_device;
  insert into mdm.upload_stale (file)
  select u.file from mdm.upload u
   where u.device = in_device and u.file is not null
  on conflict do nothing;
  delete from mdm.upload u where u.device = in_device;
  delete from mdm.action a where a.device = in_device;
  delete from mdm.outbox o where o.device = in_device;
  delete from mdm.rollout_device r where r.device = in_device;
  delete from mdm.secret_node n where n.device = in_device;
  delete from mdm.secret s where s.device = in_device;
  delete from mdm.expansion x where x.device = in_device;
  delete from mdm.node n where n.device = in_device;
  delete from mdm.group_member g where g.device = in_device;
  delete from mdm.compliance c where c.device = in_device;
  delete from mdm.inventory_asked a where a.device = in_device;
  delete from mdm.inventory_missing m where m.device = in_device;
  delete from mdm.inventory_change h where h.device = in_device;
  delete from mdm.inventory i where i.device = in_device;
  delete from mdm.alert a where a.device = in_device;
  delete from mdm.chunk c where c.device = in_device;
  delete from mdm.result r where r.device = in_device;
  delete from mdm.part p where p.device = in_device;
  delete from mdm.delivery d where d.device = in_device;
  delete from mdm.command c where c.device = in_device;
  delete from mdm.command_done c where c.device = in_device;
  delete from mdm.refusal r where r.device = in_device;
  delete from mdm.session_more s where s.device = in_device;
  delete from mdm.session s where s.device = in_device;
  delete from mdm.event e where e.device = in_device;
  delete from mdm.event_anchor a where a.device = in_device;
  delete from mdm.counter c where c.device = in_device;
  delete from mdm.device d where d.device = in_device;
  perform mdm.event_add(null, 'device.forgotten', jsonb_build_object(
    'device', in_device, 'device_id', v_device.device_id, 'upn', v_device.upn,
    'name', v_device.name, 'state', v_device.state,
    'events', v_counter.event, 'sha256', encode(v_counter.event_sha256, 'hex')));
end
$$;
comment on function mdm.device_forget is
  'Remove a device and all that belongs to it.';

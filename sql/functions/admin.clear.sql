-- SPDX-License-Identifier: ISC
-- Cancel all that is on its way to a device, as cancel does for one, and say
-- how many there were; what was sent already stays so until the device
-- answers.  MD404: no such device.
create or replace function admin.clear(in_device uuid) returns int
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ended bigint[];
  v_sent  bigint[];
begin
  perform mdm.lock(in_device);
  select array_agg(c.seq order by c.seq) filter (where c.state <> 'sent'),
         array_agg(c.seq order by c.seq) filter (where c.state = 'sent'
           and not c.cancel_requested)
    into v_ended, v_sent
    from mdm.command c where c.device = in_device;
  if num_nonnulls(v_ended, v_sent) = 0 then
    return 0;
  end if;
  update mdm.command c set cancel_requested = true
   where c.device = in_device and c.seq = any (v_ended || v_sent);
  perform mdm.command_end(in_device, v_ended, 'cancelled');
  perform mdm.event_add(in_device, 'queue.cleared', jsonb_build_object(
    'cancelled', coalesce(cardinality(v_ended), 0),
    'sent', coalesce(cardinality(v_sent), 0)));
  return coalesce(cardinality(v_ended || v_sent), 0);
end
$$;
comment on function admin.clear is
  'Cancel all commands on their way to a device; says how many.';

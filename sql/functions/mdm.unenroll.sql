-- SPDX-License-Identifier: ISC
-- A device, whose lock is held, has left: close its certificates, end its
-- queue, keep the rest.
create or replace function mdm.unenroll(in_device uuid) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_queued bigint[];
  v_begun  bigint[];
begin
  update mdm.device d set state = 'unenrolled' where d.device = in_device;
  update mdm.certificate c
     set state = 'revoked', reason = 'unenrolled', revoked_at = now()
   where c.device = in_device and c.state <> 'revoked';
  delete from mdm.chunk c where c.device = in_device;
  select array_agg(c.seq) filter (where c.state = 'queued'),
         array_agg(c.seq) filter (where c.state <> 'queued')
    into v_queued, v_begun
    from mdm.command c where c.device = in_device;
  perform mdm.command_end(in_device, v_queued, 'cancelled');
  perform mdm.command_end(in_device, v_begun, 'unknown');
  perform mdm.event_add(in_device, 'device.unenrolled', jsonb_build_object(
    'cancelled', cardinality(v_queued), 'unknown', cardinality(v_begun)));
end
$$;
comment on function mdm.unenroll is
  'Close a device that has left: certificates and queue end, the history stays.';

-- SPDX-License-Identifier: ISC
-- End the queue of a device that comes no more, whose lock is held; says how
-- many commands were cancelled, and of how many nobody knows what became.
create or replace function mdm.queue_close(in_device uuid,
  out cancelled int, out unknown int)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_queued bigint[];
  v_begun  bigint[];
begin
  delete from mdm.chunk c where c.device = in_device;
  delete from mdm.node n where n.device = in_device;
  select array_agg(c.seq) filter (where c.state in ('queued', 'waiting')),
         array_agg(c.seq) filter (where c.state not in ('queued', 'waiting'))
    into v_queued, v_begun
    from mdm.command c where c.device = in_device;
  perform mdm.command_end(in_device, v_queued, 'cancelled');
  perform mdm.command_end(in_device, v_begun, 'unknown');
  cancelled := cardinality(v_queued);
  unknown := cardinality(v_begun);
end
$$;
comment on function mdm.queue_close is
  'End the queue of a device that comes no more.';

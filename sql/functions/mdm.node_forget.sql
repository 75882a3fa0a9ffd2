-- SPDX-License-Identifier: ISC
-- A device, whose lock is held, has enrolled anew or has left: nothing is
-- known any longer of what profiles did there, and what they queued is void.
create or replace function mdm.node_forget(in_device uuid) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from mdm.node n where n.device = in_device;
  perform mdm.command_end(in_device, array(select c.seq from mdm.command c
    where c.device = in_device and c.origin = 'profile'), 'cancelled', null,
    'the device enrolled anew or left');
end
$$;
comment on function mdm.node_forget is
  'Forget what profiles did on a device that enrolled anew or left.';

-- SPDX-License-Identifier: ISC
-- Forget the object that a device is sending in chunks.
create or replace function mdm.object_drop(in_device uuid) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from mdm.chunk c where c.device = in_device;
  update mdm.session_more m set object_in = false
   where m.device = in_device and m.object_in;
end
$$;
comment on function mdm.object_drop is
  'Forget the object that a device is sending in chunks.';

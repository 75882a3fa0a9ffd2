-- SPDX-License-Identifier: ISC
-- The object that a device was sending in chunks does not go on: forget it,
-- and let the answer say so with an Alert 1225.
create or replace function mdm.object_break(in_device uuid) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  update mdm.session_more m
     set broken = m.broken || array[(select nullif(c.uri, '') from mdm.chunk c
           where c.device = in_device and c.chunk = 1)]
   where m.device = in_device;
  perform mdm.object_drop(in_device);
  perform set_config('fenestra.object', 'broken', true),
          set_config('fenestra.message', 'changed', true);
end
$$;
comment on function mdm.object_break is
  'Forget the object that a device was sending in chunks, with an Alert 1225.';

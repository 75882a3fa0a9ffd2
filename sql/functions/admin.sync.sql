-- SPDX-License-Identifier: ISC
-- Have everything about a device looked at when it comes next: desired state,
-- inventory, queue.  Done when it came.  MD404: no such device; MD409: it has
-- left.
create or replace function admin.sync(in_device uuid)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return mdm.action_add(in_device, 'sync', null);
end
$$;
comment on function admin.sync is
  'Have everything about a device looked at when it comes next; says the id of the action.';

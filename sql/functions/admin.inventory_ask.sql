-- SPDX-License-Identifier: ISC
-- Ask a device everything at its next session, also what it did not know.
-- MD404: no such device; MD409: the setting inventory is off.
create or replace function admin.inventory_ask(in_device uuid) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform mdm.lock(in_device);
  if not exists (select from mdm.setting s where s.name = 'inventory'
      and coalesce(s.value, s.preset) = 'on') then
    raise exception 'the setting inventory is off' using errcode = 'MD409';
  end if;
  delete from mdm.inventory_missing m where m.device = in_device;
  insert into mdm.inventory_asked as a (device, kind, asked_at)
  select in_device, k.name, '-infinity' from mdm.inventory_kind k
   where k.enabled
  on conflict (device, kind) do update
     set asked_at = excluded.asked_at, failures = 0;
  perform mdm.device_due_now(array[in_device]);
  perform mdm.event_add(in_device, 'inventory.asked');
end
$$;
comment on function admin.inventory_ask is
  'Ask a device everything of the inventory at its next session.';

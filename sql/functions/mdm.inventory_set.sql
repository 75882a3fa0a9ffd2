-- SPDX-License-Identifier: ISC
-- Write those values that are new or differ, with what they were before, and
-- bring the device's own columns up to date with them.  A node that was not
-- there is a change where in_asked says that it was asked for before.
create or replace function mdm.inventory_set(in_device uuid, in_uris text[],
  in_values text[], in_asked boolean default false)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_known int;
begin
  select count(*) into v_known
    from unnest(in_uris, in_values) as n (uri, value)
    join mdm.inventory i on i.device = in_device and i.uri = n.uri
   where i.value is not distinct from n.value;
  if v_known = cardinality(in_uris) then
    return;
  end if;

  perform mdm.clone_seen(in_device, in_uris, in_values);
  insert into mdm.inventory_change (device, uri, at, former, value)
  select distinct on (n.uri) in_device, n.uri, now(), i.value, n.value
    from unnest(in_uris, in_values) with ordinality as n (uri, value, position)
    left join mdm.inventory i on i.device = in_device and i.uri = n.uri
   where i.value is distinct from n.value
     and (i.uri is not null or in_asked and mdm.inventory_known(in_device, n.uri))
     and octet_length(n.uri) between 1 and 2048
     and not exists (select from mdm.inventory_plain p where p.uri = n.uri)
   order by n.uri, n.position desc
  on conflict (device, uri, at) do update set value = excluded.value;
  insert into mdm.inventory as i (device, uri, value)
  select distinct on (n.uri) in_device, n.uri, n.value
    from unnest(in_uris, in_values) with ordinality as n (uri, value, position)
   where octet_length(n.uri) between 1 and 2048
   order by n.uri, n.position desc
  on conflict (device, uri) do update
     set value = excluded.value, changed_at = excluded.changed_at,
         former = case when i.value <> '' then i.value else i.former end
   where i.value is distinct from excluded.value;
  if not found then
    return;
  end if;

  update mdm.device d
     set manufacturer  = coalesce(v.manufacturer, d.manufacturer),
         model         = coalesce(v.model, d.model),
         serial_number = coalesce(v.serial_number, d.serial_number),
         os_version    = coalesce(v.os_version, d.os_version),
         name          = coalesce(v.name, d.name)
    from (select
      max(i.value) filter (where i.uri = './DevInfo/Man') as manufacturer,
      max(i.value) filter (where i.uri = './DevInfo/Mod') as model,
      max(i.value) filter (where i.uri = './DevDetail/Ext/Microsoft/SMBIOSSerialNumber') as serial_number,
      max(i.value) filter (where i.uri = './DevDetail/SwV') as os_version,
      max(i.value) filter (where i.uri = './DevDetail/Ext/Microsoft/DeviceName') as name
      from mdm.inventory i where i.device = in_device and i.uri = any (in_uris)) v
   where d.device = in_device;
  perform mdm.rule_again(in_device);
  if './DevDetail/SwV' = any (in_uris) and exists (select
      from mdm.inventory_asked a
      join mdm.device d on d.device = a.device
     where a.device = in_device and a.os_version is distinct from d.os_version) then
    perform mdm.device_due_now(array[in_device]);
  end if;
  perform set_config('fenestra.message', 'changed', true);
end
$$;
comment on function mdm.inventory_set is
  'Write what is new or differs into the inventory and into the device''s columns.';

-- SPDX-License-Identifier: ISC
-- Whether the values that a device now gives for what names its hardware are
-- those it gave before the last ones.  A new board changes them once; going
-- back and forth, they are those of two machines with one certificate.  Both
-- are served: the administrator is told, once a day.
create or replace function mdm.clone_seen(in_device uuid, in_uris text[],
  in_values text[])
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_detail jsonb;
begin
  select jsonb_object_agg(i.uri, jsonb_build_array(i.former, i.value))
    into v_detail
    from unnest(in_uris, in_values) as n (uri, value)
    join mdm.inventory i on i.device = in_device and i.uri = n.uri
   where n.uri in ('./DevInfo/Man', './DevInfo/Mod',
           './DevDetail/Ext/Microsoft/SMBIOSSerialNumber')
     and n.value = i.former and n.value <> i.value and i.value <> '';
  if v_detail is not null and not exists (select from mdm.event e
      where e.device = in_device and e.kind = 'device.cloned'
        and e.at > now() - interval '1 day') then
    perform mdm.event_add(in_device, 'device.cloned', v_detail);
  end if;
end
$$;
comment on function mdm.clone_seen is
  'Note that two machines share the identity of a device.';

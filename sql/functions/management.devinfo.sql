-- SPDX-License-Identifier: ISC
-- Record what the device said about itself in package 1.
create or replace function management.devinfo(in_device uuid, in_uris text[],
  in_values text[])
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if current_setting('fenestra.message', true) in ('repeated', 'refused') then
    return;
  end if;
  perform mdm.inventory_set(in_device, in_uris, in_values);
end
$$;
comment on function management.devinfo is
  'Record the DevInfo of package 1; what is known already is not written again.';

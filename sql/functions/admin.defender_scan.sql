-- SPDX-License-Identifier: ISC
-- Have Defender scan a device: quick, full, or offline, which restarts it.
-- MD400: no such scan; MD404: no such device; MD409: it has left.
create or replace function admin.defender_scan(in_device uuid,
  in_scan text default 'quick')
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if in_scan is null or in_scan not in ('quick', 'full', 'offline') then
    raise exception 'scan: must be quick, full or offline' using errcode = 'MD400';
  end if;
  return mdm.action_add(in_device, 'defender_scan', mdm.parts_make(null,
      case in_scan
        when 'quick' then '[["Exec", "./Device/Vendor/MSFT/Defender/Scan", "chr", "1"]]'
        when 'full' then '[["Exec", "./Device/Vendor/MSFT/Defender/Scan", "chr", "2"]]'
        else '[["Exec", "./Device/Vendor/MSFT/Defender/OfflineScan", "chr", null]]'
      end::jsonb), jsonb_build_object('scan', in_scan));
end
$$;
comment on function admin.defender_scan is
  'Have Defender scan a device; says the id of the action.';

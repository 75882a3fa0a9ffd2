-- SPDX-License-Identifier: ISC
-- Hold what an administrator wants of a device, or with null of any device,
-- against the catalogue, as the setting csp_check says: refuse it (MD400),
-- warn, or do nothing.  Where no DDF and no ADMX file was imported it costs
-- two looks into empty tables.
create or replace function mdm.csp_guard(in_device uuid, in_parts mdm.part[])
returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_part    mdm.part;
  v_mode    text;
  v_version text;
  v_fault   text;
begin
  if not exists (select from mdm.csp_root) and not exists (select from mdm.admx) then
    return;
  end if;
  select coalesce(s.value, s.preset) into v_mode
    from mdm.setting s where s.name = 'csp_check';
  if v_mode = 'off' then
    return;
  end if;
  select d.os_version into v_version from mdm.device d where d.device = in_device;
  foreach v_part in array in_parts loop
    continue when v_part.uri is null;
    v_fault := mdm.csp_fault(v_part.verb, v_part.uri, v_part.data, v_part.format, v_version);
    continue when v_fault is null;
    if v_mode = 'refuse' then
      raise exception '%', v_fault using errcode = 'MD400',
        hint = 'This is what the imported DDF files say; see the setting csp_check.';
    end if;
    raise warning '%', v_fault;
  end loop;
end
$$;
comment on function mdm.csp_guard is
  'Hold a command against the catalogue, as the setting csp_check says.';

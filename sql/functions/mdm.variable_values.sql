-- SPDX-License-Identifier: ISC
-- What stands for variables on a device now: {NAME: value}, of a secret
-- {"device": whose, "sealed": ...}.  What is not known is missing.
create or replace function mdm.variable_values(in_device uuid,
  in_names text[])
returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_nil constant uuid := '00000000-0000-0000-0000-000000000000';
begin
  return (
    select jsonb_strip_nulls(coalesce(jsonb_object_agg(n.name, case n.name
             when 'device.id' then to_jsonb(d.device)
             when 'device.device_id' then to_jsonb(d.device_id)
             when 'device.name' then to_jsonb(d.name)
             when 'device.serial_number' then to_jsonb(d.serial_number)
             when 'device.manufacturer' then to_jsonb(d.manufacturer)
             when 'device.model' then to_jsonb(d.model)
             when 'device.os_version' then to_jsonb(d.os_version)
             when 'user.upn' then to_jsonb(d.upn)
             when 'user.name' then to_jsonb(substring(d.upn from '^(.+)@[^@]+$'))
             when 'user.domain' then to_jsonb(substring(d.upn from '@([^@]+)$'))
             else coalesce(
               (select to_jsonb(v.value) from mdm.variable v
                 where 'site.' || v.name = n.name),
               (select jsonb_build_object('device', s.device, 'sealed', s.value)
                  from mdm.secret s
                 where 'secret.' || s.name = n.name
                   and s.device in (in_device, v_nil)
                 order by s.device = v_nil
                 limit 1)) end), '{}'))
      from mdm.device d, unnest(in_names) n (name)
     where d.device = in_device);
end
$$;
comment on function mdm.variable_values is
  'What stands for variables on a device now; what is not known is missing.  Secrets are sealed.';

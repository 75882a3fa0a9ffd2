-- SPDX-License-Identifier: ISC
-- Take over what a device says of itself in an AdditionalContext.
create or replace function mdm.device_describe(in_device uuid,
  in_names text[], in_values text[])
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_said jsonb;
begin
  select coalesce(jsonb_agg(
           jsonb_build_object('name', i.name, 'value', i.value) order by i.n), '[]')
    into v_said
    from unnest(in_names, in_values) with ordinality as i (name, value, n);
  update mdm.device d
     set name = coalesce(mdm.context_value(v_said, 'DeviceName'), d.name),
         os_version = coalesce(mdm.context_value(v_said, 'OSVersion'), d.os_version)
   where d.device = in_device;
end
$$;
comment on function mdm.device_describe is
  'Take over name and version of a device from its AdditionalContext.';

-- SPDX-License-Identifier: ISC
-- Register devices of a group before they enroll, by serial_number, model or
-- hardware_id (HWDevID).  Returns how many were new.  MD400, MD404.
create or replace function admin.device_register(in_group text, in_kind text,
  in_values text[])
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_new bigint;
begin
  if in_kind is null or in_kind not in ('serial_number', 'model', 'hardware_id') then
    raise exception 'kind: must be serial_number, model or hardware_id'
      using errcode = 'MD400';
  elsif in_values is null or exists (select from unnest(in_values) as v (value)
    where v.value is null or btrim(v.value) !~ '^[^[:cntrl:]]{1,128}$') then
    raise exception 'values: must be 1 to 128 characters each' using errcode = 'MD400';
  elsif not exists (select from mdm.enrollment_group g where g.name = in_group) then
    raise exception 'no enrollment group "%"', in_group using errcode = 'MD404';
  end if;
  insert into mdm.registration (enrollment_group, kind, value)
  select in_group, in_kind, lower(btrim(v.value))
    from unnest(in_values) as v (value)
  on conflict do nothing;
  get diagnostics v_new = row_count;
  perform mdm.event_add(null, 'device.registered', jsonb_build_object(
    'group', in_group, 'kind', in_kind, 'count', v_new));
  return v_new;
end
$$;
comment on function admin.device_register is
  'Register devices of a group before they enroll; returns how many were new.';

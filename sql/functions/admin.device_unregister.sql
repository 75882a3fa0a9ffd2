-- SPDX-License-Identifier: ISC
-- Take back registrations; who has enrolled stays.  Returns how many there were.
create or replace function admin.device_unregister(in_group text, in_kind text,
  in_values text[])
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_gone bigint;
begin
  delete from mdm.registration r
   using unnest(in_values) as v (value)
   where r.enrollment_group = in_group and r.kind = in_kind
     and r.value = lower(btrim(v.value));
  get diagnostics v_gone = row_count;
  perform mdm.event_add(null, 'device.unregistered', jsonb_build_object(
    'group', in_group, 'kind', in_kind, 'count', v_gone));
  return v_gone;
end
$$;
comment on function admin.device_unregister is
  'Take back registrations; returns how many there were.';

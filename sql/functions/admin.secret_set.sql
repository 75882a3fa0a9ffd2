-- SPDX-License-Identifier: ISC
-- What is to stand for $(secret.NAME): of one device or, without, of all that
-- have none of their own.  It is sealed before it gets here, for this name and
-- this device: fenestra-management -s NAME [DEVICE].  MD400: the name breaks a
-- rule, or it is not sealed; MD404: no such device.
create or replace function admin.secret_set(in_name text, in_sealed text,
  in_device uuid default null)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_device uuid := coalesce(in_device, '00000000-0000-0000-0000-000000000000');
begin
  if in_name is null or in_name !~ '^[a-z][a-z0-9_]{0,63}$' then
    raise exception 'name: must be 1 to 64 of a-z, 0-9 and _, a letter first'
      using errcode = 'MD400';
  elsif mdm.seal_key(in_sealed) is null or octet_length(in_sealed) > 100000 then
    raise exception 'sealed: must be what fenestra-management -s prints'
      using errcode = 'MD400';
  elsif in_device is not null
    and not exists (select from mdm.device d where d.device = in_device) then
    raise exception 'no device "%"', in_device using errcode = 'MD404';
  end if;
  insert into mdm.secret as s (device, name, value)
  values (v_device, in_name, in_sealed)
  on conflict (device, name) do update
     set value = excluded.value, changed_at = excluded.changed_at;
  perform mdm.event_add(in_device, 'secret.set', jsonb_build_object(
    'name', in_name, 'key', mdm.seal_key(in_sealed)));
end
$$;
comment on function admin.secret_set is
  'Set what stands for $(secret.NAME), sealed by fenestra-management -s.';

-- SPDX-License-Identifier: ISC
-- What is not sealed with a key, of so many devices after another one; null:
-- from the first, and what is no device's.  The last row has no purpose: it is the device to go on
-- from, and without it there is nothing more.
create or replace function management.unsealed(in_key text, in_after uuid,
  in_limit int)
returns table (device uuid, purpose text, value text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_devices uuid[];
begin
  select array_agg(d.device order by d.device) into v_devices
    from (select e.device from mdm.enrollment e
           where in_after is null or e.device > in_after
           union
          select s.device from mdm.secret s
           where in_after is null or s.device > in_after
           order by 1 limit in_limit) d;
  return query
    select e.device, v.purpose, v.value
      from mdm.enrollment e
     cross join lateral (values ('client_secret', e.client_secret),
             ('server_secret', e.server_secret)) v (purpose, value)
     where e.device = any (v_devices) and v.value is not null
       and mdm.seal_key(v.value) is distinct from in_key
     union all
    select s.device, 'secret.' || s.name, s.value
      from mdm.secret s
     where s.device = any (v_devices)
       and mdm.seal_key(s.value) is distinct from in_key;
  if in_after is null then
    return query
      select '00000000-0000-0000-0000-000000000000'::uuid, 'webhook', w.secret
        from mdm.webhook w where mdm.seal_key(w.secret) is distinct from in_key;
  end if;
  if v_devices is not null or in_after is null then
    device := coalesce(v_devices[cardinality(v_devices)],
      'ffffffff-ffff-ffff-ffff-ffffffffffff'); purpose := null; value := null;
    return next;
  end if;
end
$$;
comment on function management.unsealed is
  'Values that are not sealed with a key, of the next devices, and the last of these.  Secret.';

-- SPDX-License-Identifier: ISC
-- Ask a device, whose lock is held, what is to be known of it again by now:
-- each kind of question in its time, all of them when its Windows has changed,
-- and a new device at once.  Says when to be called again.
create or replace function mdm.inventory_due(in_device uuid)
returns timestamptz
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_device mdm.device;
  v_kind   record;
  v_due_at timestamptz := 'infinity';
begin
  if not exists (select from mdm.setting s where s.name = 'inventory'
      and coalesce(s.value, s.preset) = 'on') then
    return 'infinity';
  end if;
  select * into strict v_device from mdm.device d where d.device = in_device;
  for v_kind in
    select k.*, a.asked_at, n.hours as wait,
           a.os_version is distinct from v_device.os_version
             and a.asked_at is not null as changed,
           mdm.inventory_slot(in_device, k.name, n.hours, now()) as slot
      from mdm.inventory_kind k
      left join mdm.inventory_asked a
        on a.device = in_device and a.kind = k.name
     cross join lateral (select
       least(k.hours * 2 ^ least(coalesce(a.failures, 0), 10), 8760)::int as hours) n
     where k.enabled
     order by k.name
  loop
    -- One that did not come when the question did has its turn in its time.
    if v_kind.changed or v_kind.asked_at < v_kind.slot
      or v_kind.asked_at is null and greatest(v_kind.slot,
           v_device.enrolled_at) >= v_kind.changed_at then
      perform mdm.inventory_ask(in_device, v_kind.name, v_kind.uris,
        v_device.os_version);
    end if;
    v_due_at := least(v_due_at,
      v_kind.slot + make_interval(hours => v_kind.wait));
  end loop;
  return v_due_at;
end
$$;
comment on function mdm.inventory_due is
  'Queue the questions of the inventory that are due; says when the next are.';

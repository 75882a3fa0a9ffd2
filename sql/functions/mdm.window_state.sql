-- SPDX-License-Identifier: ISC
-- Whether a maintenance window of a device is open, and when that changes; one
-- that no window is for always takes commands.  A window of the device's own
-- clock goes by the server's time zone while the device's is not known.
create or replace function mdm.window_state(in_device uuid, in_at timestamptz,
  out open boolean, out change_at timestamptz)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_zone  text;
  v_any   boolean;
  v_close timestamptz;
  v_next  timestamptz;
begin
  select coalesce(s.value, s.preset) into strict v_zone
    from mdm.setting s where s.name = 'time_zone';
  select count(*) > 0,
         max(o.starts + o.lasts) filter (where in_at >= o.starts
           and in_at < o.starts + o.lasts),
         min(o.starts) filter (where o.starts > in_at)
    into v_any, v_close, v_next
    from (select case when w.clock = 'device' and d.utc_offset is not null
                   then (day + w.starts
                     - make_interval(mins => d.utc_offset)) at time zone 'UTC'
                   else (day + w.starts) at time zone v_zone end as starts,
                 make_interval(mins => w.minutes) as lasts
            from mdm.device d
            join mdm.maintenance_window w on mdm.in_group(d.device, w.device_group)
           cross join generate_series(-2, 9) n
           cross join lateral (select (in_at at time zone 'UTC')::date + n as day) t
           where d.device = in_device
             and extract(isodow from day)::int = any (w.weekdays)) o;
  open := not v_any or v_close is not null;
  change_at := case when v_any then coalesce(v_close, v_next) else 'infinity' end;
end
$$;
comment on function mdm.window_state is
  'Whether a maintenance window of a device is open, and when that changes.';

-- SPDX-License-Identifier: ISC
-- Make a maintenance window, or change it whole: commands that change
-- something, unless they are urgent, are sent to its devices only while it is
-- open.  in_weekdays: the days that it starts on, 1 Monday to 7 Sunday;
-- in_clock: whose time in_starts is, device or server.  MD400: the rule that
-- is broken.
create or replace function admin.window_set(in_name text, in_starts time,
  in_minutes int, in_weekdays int[] default '{1,2,3,4,5,6,7}',
  in_clock text default 'device', in_group text default null)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fault text;
begin
  v_fault := case
    when in_name is null or in_name !~ '^[A-Za-z0-9._-]{1,64}$'
      then 'name: must be 1 to 64 of A-Z a-z 0-9 . _ -'
    when in_starts is null then 'starts: must be a time of day'
    when in_minutes is null or in_minutes not between 1 and 1440
      then 'minutes: must be from 1 to 1440'
    when in_weekdays is null or cardinality(in_weekdays) = 0
      or not in_weekdays <@ '{1,2,3,4,5,6,7}'
      then 'weekdays: must be some of 1 (Monday) to 7 (Sunday)'
    when in_clock is null or in_clock not in ('device', 'server')
      then 'clock: must be device or server'
    when in_group is not null and not exists (select from mdm.group g
      where g.name = in_group) then format('group: there is no "%s"', in_group)
  end;
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD400';
  end if;
  insert into mdm.maintenance_window as w (name, device_group, weekdays,
    starts, minutes, clock)
  values (in_name, in_group, in_weekdays, in_starts, in_minutes, in_clock)
  on conflict (name) do update
     set device_group = excluded.device_group, weekdays = excluded.weekdays,
         starts = excluded.starts, minutes = excluded.minutes,
         clock = excluded.clock
   where (w.device_group, w.weekdays, w.starts, w.minutes, w.clock)
     is distinct from (excluded.device_group, excluded.weekdays,
       excluded.starts, excluded.minutes, excluded.clock);
  if found then
    perform mdm.revision_raise();
    perform mdm.event_add(null, 'window.set', jsonb_build_object(
      'name', in_name, 'group', in_group, 'weekdays', in_weekdays,
      'starts', in_starts, 'minutes', in_minutes, 'clock', in_clock));
  end if;
end
$$;
comment on function admin.window_set is
  'Make a maintenance window, or change it whole.';

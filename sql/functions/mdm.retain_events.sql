-- SPDX-License-Identifier: ISC
-- Remove old events, in steps of a twelfth of the time that they are kept: a
-- chain is cut once in a while, not every day, for each cut is an event.
create or replace function mdm.retain_events(in_rows int) returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before timestamptz := mdm.retain_before('retain_event');
  v_device uuid;
  v_count  bigint := 0;
begin
  for v_device in
    select distinct o.device
      from (select e.device from mdm.event e
             where e.at < v_before - (now() - v_before) / 12
             order by e.at limit in_rows) o
  loop
    continue when not mdm.counter_try(v_device);
    v_count := v_count + mdm.event_forget(v_device, v_before);
  end loop;
  return v_count;
end
$$;
comment on function mdm.retain_events is
  'Remove the beginning of audit trails that are long enough; says how many events.';

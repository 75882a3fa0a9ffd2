-- SPDX-License-Identifier: ISC
-- What is odd about how often devices would poll with these settings, and the
-- administrator's where these have none; null if nothing.  With push the last
-- interval should be longer than a day, without it no longer: then nothing
-- else has a device come.  A set of polls whose number is 0 has no end.
create or replace function mdm.poll_warning(in_settings jsonb) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_day constant int := 1440;
  v_set    jsonb;
  v_push   boolean;
  v_number int[];
  v_every  int[];
begin
  select jsonb_object_agg(s.name, coalesce(in_settings ->> s.name, s.value, s.preset))
    into strict v_set
    from mdm.setting s where s.name ~ '^poll_' or s.name = 'push_pfn';
  v_push := v_set ->> 'push_pfn' <> '';
  v_number := array[v_set ->> 'poll_first_number', v_set ->> 'poll_second_number',
    v_set ->> 'poll_remaining_number']::int[];
  v_every := array[v_set ->> 'poll_first_interval', v_set ->> 'poll_second_interval',
    v_set ->> 'poll_remaining_interval']::int[];
  return case
    when 0 = all (v_every)
      then 'every interval is 0: devices do not poll at all'
    when v_number[1] = 0 and v_every[1] between 1 and 59
      then format('the first set has no end: devices poll every %s minutes for ever', v_every[1])
    when v_number[1] = 0 and v_every[1] > 0 then null
    when v_number[2] = 0 and v_every[2] between 1 and 59
      then format('the second set has no end: devices poll every %s minutes for ever', v_every[2])
    when v_number[2] = 0 and v_every[2] > 0 then null
    when v_number[3] > 0
      then 'the last set has an end: devices do not poll any more after it'
    when not v_push and v_every[3] > v_day
      then format('without push, and with %s minutes between the last polls, a device may not come for more than a day', v_every[3])
    when v_push and v_every[3] between 1 and v_day - 1
      then format('with push, %s minutes between the last polls are more than are needed: a day (%s) or more will do', v_every[3], v_day)
  end;
end
$$;
comment on function mdm.poll_warning is
  'What is odd about how often devices would poll with some settings; null if nothing.';

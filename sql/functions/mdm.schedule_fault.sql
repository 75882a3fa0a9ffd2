-- SPDX-License-Identifier: ISC
-- Which rule the time of a command breaks; null when it is good.
create or replace function mdm.schedule_fault(in_priority int,
  in_not_before timestamptz, in_expires_at timestamptz)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when in_priority is null or in_priority not between 0 and 9
      then 'priority: must be from 0 to 9'
    when not isfinite(in_not_before) or not isfinite(in_expires_at)
      then 'not_before, expires_at: must not be infinite'
    when in_expires_at <= now() then 'expires_at: is over'
    when in_expires_at <= in_not_before
      then 'expires_at: must be after not_before'
  end;
end
$$;
comment on function mdm.schedule_fault is
  'Which rule the priority and the times of a command break; null when none.';

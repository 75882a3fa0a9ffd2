-- SPDX-License-Identifier: ISC
-- Take the lock of a device's counter if nobody has it.  Who removes old
-- things of many devices waits for none of them, so that it never blocks, nor
-- is blocked by, who holds some of these locks and wants others.
create or replace function mdm.counter_try(in_device uuid) returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform from mdm.counter c where c.device = in_device
     for no key update skip locked;
  return found;
end
$$;
comment on function mdm.counter_try is
  'Take the lock of a device''s counter, unless that means waiting.';

-- SPDX-License-Identifier: ISC
-- Have some devices looked after at their next session.
create or replace function mdm.device_due_now(in_devices uuid[]) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- In order, so that two such calls do not wait for each other.
  perform from mdm.session s where s.device = any (in_devices)
   order by s.device for no key update;
  update mdm.session s set due_at = '-infinity'
   where s.device = any (in_devices) and s.due_at > '-infinity';
end
$$;
comment on function mdm.device_due_now is
  'Have some devices looked after at their next session.';

-- SPDX-License-Identifier: ISC
-- Shut a device out: its messages are refused until it is approved again.
-- MD404: no such device; MD409: it has left already.
create or replace function admin.block(in_device uuid) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_state text;
begin
  perform mdm.lock(in_device);
  select d.state into v_state from mdm.device d where d.device = in_device;
  if v_state in ('unenrolled', 'retired') then
    raise exception 'device % is %', in_device, v_state using errcode = 'MD409';
  elsif v_state = 'blocked' then
    return;
  end if;
  update mdm.device d set state = 'blocked' where d.device = in_device;
  perform mdm.event_add(in_device, 'device.blocked');
end
$$;
comment on function admin.block is
  'Refuse the messages and enrollments of a device until it is approved again.';

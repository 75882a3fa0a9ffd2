-- SPDX-License-Identifier: ISC
-- Retire a device because another one is the same machine, set up anew: its
-- certificates end and its queue is cancelled.  MD404: no such device; MD400:
-- the two are one; MD409: it has left already.
create or replace function admin.supersede(in_device uuid, in_by uuid)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_state text;
begin
  if in_device = in_by then
    raise exception 'a device cannot take its own place' using errcode = 'MD400';
  end if;
  perform from mdm.device d where d.device = in_by;
  if not found then
    raise exception 'no device %', in_by using errcode = 'MD404';
  end if;
  perform mdm.lock(in_device);
  select d.state into strict v_state from mdm.device d where d.device = in_device;
  if v_state in ('unenrolled', 'retired') then
    raise exception 'device % is %', in_device, v_state using errcode = 'MD409';
  end if;
  perform mdm.supersede(in_device, in_by);
end
$$;
comment on function admin.supersede is
  'Retire a device whose place another one has taken.';

-- SPDX-License-Identifier: ISC
-- The row of mdm.session_more for the current session of a device whose lock
-- is held, made when there is none.
create or replace function mdm.session_more_get(in_device uuid)
returns mdm.session_more
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_more    mdm.session_more;
  v_special boolean;
begin
  select s.special into v_special from mdm.session s where s.device = in_device;
  select m.* into v_more
    from mdm.session_more m
    join mdm.session s on s.device = m.device and s.number = m.number
   where m.device = in_device;
  if not found then
    delete from mdm.session_more m where m.device = in_device;
    insert into mdm.session_more as m (device, number)
    select s.device, s.number from mdm.session s where s.device = in_device
    returning m.* into strict v_more;
  end if;
  if v_special is not true then
    update mdm.session s set special = true where s.device = in_device;
  end if;
  return v_more;
end
$$;
comment on function mdm.session_more_get is
  'The row of mdm.session_more for the current session, made when there is none.';

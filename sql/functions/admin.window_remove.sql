-- SPDX-License-Identifier: ISC
-- Remove a maintenance window; what waited for it goes at the next session of
-- its device, unless another window is for that.  MD404: no such window.
create or replace function admin.window_remove(in_name text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from mdm.maintenance_window w where w.name = in_name;
  if not found then
    raise exception 'no maintenance window "%"', in_name using errcode = 'MD404';
  end if;
  perform mdm.revision_raise();
  perform mdm.event_add(null, 'window.removed',
    jsonb_build_object('name', in_name));
end
$$;
comment on function admin.window_remove is 'Remove a maintenance window.';

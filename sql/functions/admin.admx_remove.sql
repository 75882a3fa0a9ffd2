-- SPDX-License-Identifier: ISC
-- Forget an ADMX file; devices that have it keep it.  MD404: no such file.
create or replace function admin.admx_remove(in_name text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from mdm.admx_policy p where p.admx = in_name;
  delete from mdm.admx a where a.name = in_name;
  if not found then
    raise exception 'no ADMX file "%"', in_name using errcode = 'MD404';
  end if;
  perform mdm.event_add(null, 'admx.removed', jsonb_build_object('name', in_name));
end
$$;
comment on function admin.admx_remove is 'Forget an ADMX file; devices that have it keep it.';

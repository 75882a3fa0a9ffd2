-- SPDX-License-Identifier: ISC
-- Remove a directory.  MD404: no such directory; MD409: a way in needs it.
create or replace function admin.directory_remove(in_name text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from mdm.way w where w.directory = in_name) then
    raise exception 'a way in needs directory "%"', in_name using errcode = 'MD409';
  end if;
  delete from mdm.directory d where d.name = in_name;
  if not found then
    raise exception 'no directory "%"', in_name using errcode = 'MD404';
  end if;
  perform mdm.event_add(null, 'directory.removed', jsonb_build_object('name', in_name));
end
$$;
comment on function admin.directory_remove is 'Remove a directory that no way in needs.';

-- SPDX-License-Identifier: ISC
-- Remove a variable; commands that have it fail when they would be sent.
-- MD404: no such variable.
create or replace function admin.variable_remove(in_name text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from mdm.variable v where v.name = in_name;
  if not found then
    raise exception 'no variable "%"', in_name using errcode = 'MD404';
  end if;
  perform mdm.event_add(null, 'variable.removed', jsonb_build_object('name', in_name));
end
$$;
comment on function admin.variable_remove is
  'Remove a variable; commands that have it fail when they would be sent.';

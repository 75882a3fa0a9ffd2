-- SPDX-License-Identifier: ISC
-- Ask devices for some nodes no longer; what is known of them stays.  MD404: no
-- such kind of question.
create or replace function admin.inventory_kind_remove(in_name text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from mdm.inventory_kind k where k.name = in_name;
  if not found then
    raise exception 'no kind of question "%"', in_name using errcode = 'MD404';
  end if;
  delete from mdm.inventory_asked a where a.kind = in_name;
  perform mdm.event_add(null, 'inventory_kind.removed',
    jsonb_build_object('name', in_name));
end
$$;
comment on function admin.inventory_kind_remove is
  'Ask devices for some nodes no longer.';

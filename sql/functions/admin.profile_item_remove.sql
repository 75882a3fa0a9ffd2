-- SPDX-License-Identifier: ISC
-- Take the items of one node out of a profile; says whether there was any.
-- MD404: no such profile; MD400: none would be left.
create or replace function admin.profile_item_remove(in_name text, in_uri text)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_items jsonb;
begin
  perform mdm.desired_lock();
  v_items := mdm.profile_list(in_name, in_uri, null);
  if not v_items @> '[{"this": true}]' then
    return false;
  end if;
  return mdm.profile_write((select p from mdm.profile p where p.name = in_name),
    mdm.profile_items(in_name, coalesce(
      (select jsonb_agg(e.item - 'this' order by e.n)
         from jsonb_array_elements(v_items) with ordinality e (item, n)
        where not (e.item ->> 'this')::boolean), '[]')));
end
$$;
comment on function admin.profile_item_remove is
  'Take the items of one node out of a profile; says whether there was any.';

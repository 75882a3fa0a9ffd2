-- SPDX-License-Identifier: ISC
-- Change one item of a profile, the one of the same node, or add it at the
-- end; says whether anything changed.  MD404: no such profile; MD400: the rule
-- that is broken.
create or replace function admin.profile_item_set(in_name text, in_uri text,
  in_data text default null, in_format text default 'chr',
  in_type text default 'text/plain', in_verb text default 'Replace')
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_items jsonb;
begin
  perform mdm.desired_lock();
  v_items := mdm.profile_list(in_name, in_uri, in_verb = 'Exec');
  return mdm.profile_write((select p from mdm.profile p where p.name = in_name),
    mdm.profile_items(in_name, coalesce(
      (select jsonb_agg(case when (e.item ->> 'this')::boolean
                then jsonb_build_object('verb', in_verb, 'uri', in_uri,
                  'format', in_format, 'type', in_type, 'data', in_data)
                else e.item - 'this' end order by e.n)
         from jsonb_array_elements(v_items) with ordinality e (item, n)),
      '[]') || case when v_items @> '[{"this": true}]' then '[]' else
        jsonb_build_array(jsonb_build_object('verb', in_verb, 'uri', in_uri,
          'format', in_format, 'type', in_type, 'data', in_data)) end));
end
$$;
comment on function admin.profile_item_set is
  'Change or add one item of a profile; says whether anything changed.';

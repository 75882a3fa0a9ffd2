-- SPDX-License-Identifier: ISC
-- The items of a profile from a list such as
--   [{"verb": "Replace", "uri": "./Device/...", "format": "int", "data": 1}]
-- Replace is the verb where none is given; the format that of the data: int
-- for a number, bool for true and false, else chr.  MD400: what is wrong.
create or replace function mdm.profile_items(in_profile text, in_items jsonb)
returns mdm.profile_item[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_items mdm.profile_item[];
  v_fault text;
begin
  v_fault := case
    when in_items is null or jsonb_typeof(in_items) <> 'array'
      then 'items: must be a list of objects'
    when jsonb_array_length(in_items) = 0 then 'items: there is none'
    when jsonb_array_length(in_items) > 1000 then 'items: there are more than 1000'
  end;
  select coalesce(v_fault, format('item %s: %s', e.n, f.fault)) into v_fault
    from jsonb_array_elements(case when v_fault is null then in_items
           else '[null]' end) with ordinality e (item, n),
         lateral (select mdm.profile_item_fault(e.item) as fault) f
   where v_fault is not null or f.fault is not null
   order by e.n limit 1;
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD400';
  end if;

  select array_agg(row(in_profile, i.n, i.verb, i.uri, i.format, i.type,
           i.data, mdm.uri_node(i.uri), i.verb = 'Exec',
           sha256(convert_to(jsonb_build_array(i.verb, i.format, i.type,
             i.data)::text, 'UTF8')),
           k.remove, k.compare)::mdm.profile_item order by i.n)
    into v_items
    from (select e.n,
                 coalesce(e.item ->> 'verb', 'Replace') as verb,
                 btrim(e.item ->> 'uri', E' \t\r\n') as uri,
                 coalesce(e.item ->> 'format',
                   case jsonb_typeof(e.item -> 'data') when 'number' then 'int'
                     when 'boolean' then 'bool' else 'chr' end) as format,
                 coalesce(e.item ->> 'type', 'text/plain') as type,
                 e.item ->> 'data' as data
            from jsonb_array_elements(in_items) with ordinality e (item, n)) i,
         lateral mdm.node_kind(i.verb, i.uri, i.format, i.data) k;
  select 'uri: stands twice, ' || min(i.uri) into v_fault
    from unnest(v_items) i
   group by i.node, i.exec having count(*) > 1 limit 1;
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD400';
  end if;
  return v_items;
end
$$;
comment on function mdm.profile_items is
  'The items of a profile from a list of objects, checked.';

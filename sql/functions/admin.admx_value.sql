-- SPDX-License-Identifier: ISC
-- The data that set a policy of an imported ADMX file, for its node: see the
-- view admx_policy.  in_policy is its name, or AREA/NAME; in_state enabled or
-- disabled; in_elements {"id": value, ...}, a list as an array or, of names and
-- values, as an object.  MD404, MD409: no, or no one policy; MD400: an element
-- that is not there, is missing or does not take the value.
create or replace function admin.admx_value(in_policy text,
  in_state text default 'enabled', in_elements jsonb default '{}')
returns text
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_policy mdm.admx_policy := mdm.admx_find(in_policy);
  v_fault  text;
begin
  v_fault := case
    when in_state is null or in_state not in ('enabled', 'disabled')
      then 'state: must be enabled or disabled'
    when in_elements is null or jsonb_typeof(in_elements) <> 'object'
      then 'elements: must be an object'
    when in_state = 'disabled' and in_elements <> '{}' then 'elements: only with enabled'
    else (select format('element "%s": %s', coalesce(e->>'id', k.key),
             case when k.key is null then 'is missing' else 'is none of this policy' end)
            from jsonb_array_elements(v_policy.elements) e
            full join jsonb_object_keys(in_elements) as k (key) on lower(k.key) = lower(e->>'id')
           where in_state = 'enabled'
             and (e is null or k.key is null and (e->>'required')::boolean)
           order by k.key nulls last, e->>'id' limit 1)
  end;
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD400';
  elsif in_state = 'disabled' then
    return '<disabled/>';
  end if;
  return '<enabled/>' || coalesce((
    select string_agg(format('<data id=%s value=%s/>', mdm.xml_attribute(e.element->>'id'),
             mdm.xml_attribute(coalesce(mdm.admx_element_value(e.element, v.value), ''))), ''
             order by e.ordinality)
      from jsonb_array_elements(v_policy.elements) with ordinality e (element)
      join jsonb_each(in_elements) v on lower(v.key) = lower(e.element->>'id')), '');
end
$$;
comment on function admin.admx_value is
  'The data that set a policy of an imported ADMX file, for the node in admx_policy.';

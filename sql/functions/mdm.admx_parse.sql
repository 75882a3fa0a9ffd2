-- SPDX-License-Identifier: ISC
-- The policies of an ADMX file that is to be taken in under the name
-- in_app~in_kind.  MD400: what is wrong with it.
create or replace function mdm.admx_parse(in_name text, in_app text, in_kind text,
  in_admx text, out namespace text, out policies mdm.admx_policy[])
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_xml     xml := mdm.xml_document(in_admx, 'admx');
  v_prefix  text;
  v_parents jsonb;
  v_bad     text;
begin
  if not xpath_exists('/*[local-name()="policyDefinitions"]', v_xml) then
    raise exception 'admx: the root element is %, not policyDefinitions',
      (xpath('local-name(/*)', v_xml))[1] using errcode = 'MD400';
  end if;
  select x.prefix, x.namespace into v_prefix, namespace
    from xmltable('/*/*[local-name()="policyNamespaces"]/*[local-name()="target"]'
      passing v_xml columns prefix text path '@prefix', namespace text path '@namespace') x;
  if namespace is null then
    raise exception 'admx: has no target namespace' using errcode = 'MD400';
  end if;
  -- A reference may carry the prefix of this very file.
  select coalesce(jsonb_object_agg(c.name, regexp_replace(c.parent, '^' || v_prefix || ':', '')), '{}')
    into v_parents
    from xmltable('/*/*[local-name()="categories"]/*[local-name()="category"]'
      passing v_xml columns name text path '@name',
        parent text path '*[local-name()="parentCategory"]/@ref') c
   where c.name is not null;
  select array_agg(row(in_name, p.name, p.class,
           in_app || '~' || in_kind || mdm.admx_area(v_parents,
             regexp_replace(p.category, '^' || v_prefix || ':', '')),
           p.key, p.value, p.label, mdm.admx_blocked(p.key),
           case when p.elements is null then '[]' else mdm.admx_elements(p.elements) end
           )::mdm.admx_policy order by p.n),
         min(coalesce(p.name, '?')) filter (where p.name is null or p.key is null
           or p.name !~ '^[A-Za-z0-9._-]{1,200}$'
           or p.class is null or p.class not in ('Machine', 'User', 'Both'))
    into policies, v_bad
    from xmltable('/*/*[local-name()="policies"]/*[local-name()="policy"]'
      passing v_xml columns n for ordinality, name text path '@name',
        class text path '@class', key text path '@key', value text path '@valueName',
        label text path '@displayName',
        category text path '*[local-name()="parentCategory"]/@ref',
        elements xml path '*[local-name()="elements"]') p;
  if policies is null then
    raise exception 'admx: has no policy' using errcode = 'MD400';
  elsif v_bad is not null then
    raise exception 'admx: policy "%" has no good name, class or key', v_bad
      using errcode = 'MD400';
  elsif (select count(distinct lower(p.policy)) from unnest(policies) p) < cardinality(policies) then
    raise exception 'admx: has two policies of one name' using errcode = 'MD400';
  end if;
end
$$;
comment on function mdm.admx_parse is 'The policies of an ADMX file.';

-- SPDX-License-Identifier: ISC
-- The elements of one ADMX policy: what has to be said besides "enabled".
create or replace function mdm.admx_elements(in_elements xml) returns jsonb
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
             'id', e.id, 'kind', e.kind, 'required', nullif(lower(e.required) = 'true', false),
             'minimum', mdm.csp_number(e.minimum), 'maximum', mdm.csp_number(e.maximum),
             'length', mdm.csp_number(e.length),
             'pairs', nullif(lower(e.explicit) = 'true', false),
             'values', case when e.kind = 'enum' then (
               select jsonb_agg(jsonb_build_object('value', i.value, 'label', i.label) order by i.n)
                 from xmltable('/*/*[local-name()="item"]' passing e.content columns
                   n for ordinality, label text path '@displayName',
                   value text path 'normalize-space(concat(*[local-name()="value"]/*/@value, *[local-name()="value"]/*[local-name()="string"]))') i)
               end)) order by e.n), '[]')
      from xmltable('/*/*' passing in_elements columns n for ordinality,
        id text path '@id', kind text path 'local-name(.)', required text path '@required',
        minimum text path '@minValue', maximum text path '@maxValue',
        length text path '@maxLength', explicit text path '@explicitValue',
        content xml path '.') e
     where e.id is not null);
end
$$;
comment on function mdm.admx_elements is 'The elements of one ADMX policy.';

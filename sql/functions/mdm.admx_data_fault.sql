-- SPDX-License-Identifier: ISC
-- What is wrong with the data of a policy that comes from an ADMX file; with
-- its elements, if they are known.  Null when nothing.
create or replace function mdm.admx_data_fault(in_data text, in_elements jsonb)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_xml   xml;
  v_fault text;
begin
  if in_data ~ '<!' or not xml_is_well_formed_content(in_data) then
    return 'must be <enabled/> with <data id="" value=""/>, or <disabled/>';
  end if;
  v_xml := xmlparse(document '<p>' || in_data || '</p>');
  select case
      when count(*) filter (where lower(x.name) in ('enabled', 'disabled')) <> 1
        or count(*) filter (where lower(x.name) not in ('enabled', 'disabled', 'data')) > 0
        then 'must be <enabled/> with <data id="" value=""/>, or <disabled/>'
      when bool_or(lower(x.name) = 'disabled') and count(*) > 1
        then 'takes no <data/> with <disabled/>'
      when bool_or(lower(x.name) = 'data' and (x.id is null or x.value is null))
        then 'each <data/> must have id and value'
    end into v_fault
    from xmltable('/*/*' passing v_xml columns name text path 'local-name(.)',
      id text path '@id', value text path '@value') x;
  if v_fault is not null or in_elements is null then
    return v_fault;
  end if;
  return (select format('element "%s" is none of this policy', x.id)
            from xmltable('/*/*[@id]' passing v_xml columns id text path '@id') x
           where not exists (select from jsonb_array_elements(in_elements) e
             where lower(e->>'id') = lower(x.id))
           limit 1);
end
$$;
comment on function mdm.admx_data_fault is
  'What is wrong with the data of a policy that comes from an ADMX file.';

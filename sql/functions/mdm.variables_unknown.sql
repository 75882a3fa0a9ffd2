-- SPDX-License-Identifier: ISC
-- The first variable of texts that can be known to have no value: of the site,
-- or a secret, of the device or of the site.  Null when there is none.
create or replace function mdm.variables_unknown(in_device uuid,
  in_texts text[])
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_names  text[] := mdm.variable_names(in_texts);
  v_values jsonb;
begin
  if v_names = '{}' then
    return null;
  end if;
  v_values := mdm.variable_values(in_device, v_names);
  return (
    select format('data: there is no variable $(%s)', n.name)
      from unnest(v_names) n (name)
     where n.name ~ '^(site|secret)\.' and v_values->n.name is null
     order by 1 limit 1);
end
$$;
comment on function mdm.variables_unknown is
  'The first variable of texts that is known to have no value; null when none.';

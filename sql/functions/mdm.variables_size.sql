-- SPDX-License-Identifier: ISC
-- Octets by which variables may make a text longer, with the values of now;
-- more than they are, as what is special in XML is escaped twice.
create or replace function mdm.variables_size(in_device uuid, in_data text)
returns int
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_names text[] := mdm.variable_names(array[in_data]);
begin
  if v_names = '{}' then
    return 0;
  end if;
  return (
    select coalesce(sum((octet_length(v.text) * 3 / 2
               + 12 * regexp_count(v.text, '[&<>"''\t\n\r]'))
             * regexp_count(in_data, '\$\(' || replace(v.key, '.', '\.') || '\)')), 0)
      from (select e.key, coalesce(e.value->>'sealed', e.value#>>'{}') as text
              from jsonb_each(mdm.variable_values(in_device, v_names)) e) v);
end
$$;
comment on function mdm.variables_size is
  'Octets by which variables may make a text longer.';

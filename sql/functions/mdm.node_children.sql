-- SPDX-License-Identifier: ISC
-- The names of child nodes, decoded, from the data of an interior node; a
-- name that is no UTF-8 stays as it came.
create or replace function mdm.node_children(in_data text) returns text[]
language plpgsql immutable strict
set search_path = pg_catalog, pg_temp
as $$
declare
  v_names text[] := string_to_array(btrim(in_data), '/');
  v_bytes bytea;
begin
  for i in 1 .. cardinality(v_names) loop
    continue when v_names[i] !~ '%[0-9A-Fa-f]{2}';
    begin
      select string_agg(case when m[1] ~ '^%[0-9A-Fa-f]{2}$' then decode(substr(m[1], 2), 'hex')
                        else convert_to(m[1], 'UTF8') end, '' order by n)
        into v_bytes
        from regexp_matches(v_names[i], '%[0-9A-Fa-f]{2}|[^%]+|%', 'g')
             with ordinality as r (m, n);
      v_names[i] := convert_from(v_bytes, 'UTF8');
    exception when character_not_in_repertoire or untranslatable_character then
      null;
    end;
  end loop;
  return v_names;
end
$$;
comment on function mdm.node_children is
  'The child names that the data of an interior node lists, percent-decoded.';

-- SPDX-License-Identifier: ISC
-- Which rule the variables in the data of a command break; null when none.
-- $(NAME) is one, and $$( are the characters $( themselves.  Whether there is
-- a value is another question: mdm.variables_unknown.
create or replace function mdm.variables_fault(in_data text, in_format text)
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $body$
declare
  v_one text[];
begin
  if strpos(in_data, '$(') = 0 or in_data is null then
    return null;
  end if;
  for v_one in
    select m from regexp_matches(in_data, '(\$\$\()|\$\(([^()]{0,100}\))?', 'g') m
  loop
    if v_one[1] is null and coalesce(v_one[2], '') !~ ('^(device\.(id|device_id|name|serial_number|manufacturer|model|os_version)'
        || '|user\.(upn|name|domain)|(site|secret)\.[a-z][a-z0-9_]{0,63})\)$') then
      return format('data: $(%s is no variable; the characters $( themselves are written $$(',
        left(v_one[2], 80));
    end if;
  end loop;
  if in_format in ('b64', 'bin') and in_data !~ '^\$\([a-z0-9_.]+\)$' then
    return 'data: a variable of format ' || in_format || ' must be all of it';
  end if;
  return null;
end
$body$;
comment on function mdm.variables_fault is
  'Which rule the variables in the data of a command break; null when none.';

-- SPDX-License-Identifier: ISC
-- Whether what a device reads back is what was set: numbers as numbers, base64
-- and markup whatever their white space, markup and true whatever their case.
create or replace function mdm.value_same(in_format text, in_want text,
  in_have text)
returns boolean
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_want text := btrim(coalesce(in_want, ''), E' \t\r\n');
  v_have text := btrim(coalesce(in_have, ''), E' \t\r\n');
begin
  return v_want = v_have or case
    when in_format in ('int', 'float')
      and v_want ~ '^[+-]?[0-9]{1,30}(\.[0-9]{1,30})?$'
      and v_have ~ '^[+-]?[0-9]{1,30}(\.[0-9]{1,30})?$'
      then v_want::numeric = v_have::numeric
    when in_format = 'bool' then
      replace(replace(lower(v_want), '1', 'true'), '0', 'false')
        = replace(replace(lower(v_have), '1', 'true'), '0', 'false')
    when in_format in ('b64', 'bin') then
      regexp_replace(v_want, '\s', '', 'g') = regexp_replace(v_have, '\s', '', 'g')
    when v_want like '<%' then
      lower(regexp_replace(v_want, '\s', '', 'g'))
        = lower(regexp_replace(v_have, '\s', '', 'g'))
    else replace(v_want, E'\r\n', E'\n') = replace(v_have, E'\r\n', E'\n')
  end;
end
$$;
comment on function mdm.value_same is
  'Whether what a device reads back is what was set.';

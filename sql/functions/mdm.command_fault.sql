-- SPDX-License-Identifier: ISC
-- Which rule a command breaks; null when it is good.
create or replace function mdm.command_fault(in_verb text, in_uri text,
  in_data text, in_format text, in_type text)
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when in_verb is null or in_verb not in ('Add', 'Replace', 'Delete', 'Get', 'Exec')
      then 'verb: must be Add, Replace, Delete, Get or Exec'
    when mdm.uri_fault(in_uri) is not null then mdm.uri_fault(in_uri)
    when in_uri like '%?%' and in_verb <> 'Get' then 'LocURI: only Get takes a query'
    when mdm.destructive(in_verb, in_uri)
      then 'LocURI: is for admin.wipe, autopilot_reset, fresh_start or retire alone'
    when in_verb = 'Exec' and in_uri ~ '%(4[1-9A-Fa-f]|5[0-9Aa]|6[1-9A-Fa-f]|7[0-9Aa])|\$\('
      then 'LocURI: of an Exec must not write a letter as %XX, nor hold a variable'
    when in_format is null or in_format not in ('chr', 'int', 'bool', 'b64',
      'bin', 'xml', 'node', 'null', 'float', 'date', 'time')
      then 'format: must be chr, int, bool, b64, bin, xml, node, null, float, date or time'
    when in_type is null or in_type !~ '^[!-;=?-~]{1,128}$' or in_type ~ '[&]'
      then 'type: must be a media type of at most 128 characters'
    when in_verb in ('Get', 'Delete') and in_data is not null
      then 'data: ' || in_verb || ' takes none'
    when in_format in ('node', 'null') and in_data <> ''
      then 'data: format ' || in_format || ' takes none'
    when in_verb in ('Add', 'Replace') and in_data is null
      and in_format not in ('node', 'null')
      then 'data: ' || in_verb || ' needs it, unless the format is node or null'
    when in_data ~ '[\u0001-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]'
      then 'data: holds a character that XML cannot carry'
    when mdm.variables_fault(in_data, in_format) is not null
      then mdm.variables_fault(in_data, in_format)
    -- With a variable it is known only when it is sent.
    when strpos(in_data, '$(') > 0 and mdm.xml_size(in_data) <= 1048576 then null
    when in_format = 'int' and in_data !~ '^[+-]?[0-9]+$' then 'data: is not an int'
    when in_format = 'bool' and lower(in_data) not in ('true', 'false')
      then 'data: is not a bool'
    when in_format in ('b64', 'bin') and (in_data !~ '^[A-Za-z0-9+/\s]*={0,2}\s*$'
      or length(regexp_replace(in_data, '\s', '', 'g')) % 4 <> 0)
      then 'data: is not base64'
    when mdm.xml_size(in_data) > 1048576 then 'data: is larger than 1 MiB'
  end;
end
$$;
comment on function mdm.command_fault is
  'Which rule a command breaks, beginning with verb, LocURI, format, type or data; null when none.';

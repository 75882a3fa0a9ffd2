-- SPDX-License-Identifier: ISC
-- What is wrong with a LocURI; null when it is good.
create or replace function mdm.uri_fault(in_uri text) returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_path text := split_part(in_uri, '?', 1);
begin
  return 'LocURI: ' || case
    when in_uri is null or in_uri = '' then 'is missing'
    when octet_length(in_uri) > 2048 then 'is longer than 2048 octets'
    when in_uri like '/%' then 'must not begin with "/"'
    when in_uri not like './%' then 'must begin with "./"'
    when in_uri ~ '[^!-~]'
      then 'holds a space, a control or a non-ASCII character; write its UTF-8 octets as %XX'
    when in_uri ~ '["<>\\`^]' then 'holds one of " < > \ ` ^; write it as %XX'
    when in_uri ~ '%(?![0-9A-Fa-f]{2})' then '"%" must be followed by two hexadecimal digits'
    when v_path ~ '/(/|$)' then 'a node name is empty'
    when v_path ~ '/\*(/|$)' then 'a node name is only "*"'
    when v_path ~ '/\.\.?(/|$)' then 'a node name is only dots'
  end;
end
$$;
comment on function mdm.uri_fault is 'What is wrong with a LocURI; null when it is good.';

-- SPDX-License-Identifier: ISC
-- Octets of a text once it is escaped in XML.
create or replace function mdm.xml_size(in_text text) returns int
language plpgsql immutable strict
set search_path = pg_catalog, pg_temp
as $$
begin
  return octet_length(in_text)
    + 4 * regexp_count(in_text, '[&\r]') + 3 * regexp_count(in_text, '[<>]');
end
$$;
comment on function mdm.xml_size is 'Octets of a text once it is escaped in XML.';

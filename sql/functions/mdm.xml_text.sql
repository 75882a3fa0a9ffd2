-- SPDX-License-Identifier: ISC
-- Text as the content of an XML element.
create or replace function mdm.xml_text(in_text text)
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return replace(replace(replace(in_text, '&', '&amp;'), '<', '&lt;'), '>', '&gt;');
end
$$;
comment on function mdm.xml_text is
  'Text as the content of an XML element.';

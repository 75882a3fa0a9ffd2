-- SPDX-License-Identifier: ISC
-- Text as the value of an XML attribute, in double quotes.
create or replace function mdm.xml_attribute(in_text text) returns text
language sql immutable strict
set search_path = pg_catalog, pg_temp
as $$
  select '"' || replace(replace(replace(replace(replace(replace(replace(replace(in_text,
    '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), E'\n', '&#10;'),
    E'\r', '&#13;'), E'\t', '&#9;'), U&'\F000', '&#xF000;') || '"';
$$;
comment on function mdm.xml_attribute is 'Text as the value of an XML attribute, in double quotes.';

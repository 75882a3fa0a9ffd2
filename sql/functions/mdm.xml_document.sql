-- SPDX-License-Identifier: ISC
-- A document of the administrator's as XML; in_what names it in messages.  A
-- DOCTYPE may stand there, as the DDF files have one: nothing outside is
-- read for it, and it may declare no entities.  MD400: what is wrong.
create or replace function mdm.xml_document(in_text text, in_what text) returns xml
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_detail text;
begin
  if in_text is null or in_text = '' then
    raise exception '%: is empty', in_what using errcode = 'MD400';
  elsif octet_length(in_text) > 33554432 then
    raise exception '%: is larger than 32 MiB', in_what using errcode = 'MD400';
  elsif in_text ~ '<!ENTITY' then
    raise exception '%: must not declare entities', in_what using errcode = 'MD400';
  end if;
  return xmlparse(document ltrim(in_text, U&'\FEFF'));
exception when invalid_xml_document or invalid_xml_content then
  get stacked diagnostics v_detail = pg_exception_detail;
  raise exception '%: is not well-formed XML: %', in_what,
    split_part(v_detail, E'\n', 1) using errcode = 'MD400';
end
$$;
comment on function mdm.xml_document is 'A document of the administrator''s as XML.';

-- SPDX-License-Identifier: ISC
-- The groups and Items of a SyncML fragment: one command after another, or one
-- Atomic, bare or within SyncBody or SyncML.  MD400: what SyncML does not
-- allow, or an Atomic beside others.
create or replace function mdm.syncml_items(in_xml text) returns mdm.part[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_text  text := regexp_replace(in_xml, '^\s*<\?xml[^>]*\?>', '');
  v_all   xml[];
  v_parts mdm.part[] := '{}';
  v_count int := 0;
begin
  if v_text ~* '<!DOCTYPE' then
    raise exception 'syncml: must not have a DOCTYPE' using errcode = 'MD400';
  elsif octet_length(v_text) > 8388608 then
    raise exception 'size: larger than 8 MiB' using errcode = 'MD400';
  elsif v_text is null or btrim(v_text, E' \t\r\n\ufeff') = '' then
    raise exception 'syncml: is missing' using errcode = 'MD400';
  end if;
  begin
    v_all := xpath('/*/*[local-name()!="SyncML" and local-name()!="SyncBody"]'
      || '|/*/*[local-name()="SyncBody"]/*'
      || '|/*/*[local-name()="SyncML"]/*[local-name()="SyncBody"]/*',
      xmlparse(document '<fragment>' || btrim(v_text, E' \t\r\n\ufeff') || '</fragment>'));
  exception when invalid_xml_document or invalid_xml_content then
    raise exception 'syncml: is not well-formed XML' using errcode = 'MD400';
  end;
  for i in 1 .. coalesce(cardinality(v_all), 0) loop
    continue when xpath_exists('/*[local-name()="Final"]', v_all[i]);
    v_count := v_count + 1;
    v_parts := v_parts || (
      select array_agg(row(null, null, p.part + cardinality(v_parts), p.parent,
               p.item, p.verb, p.uri, p.format, p.type, p.data, null, false,
               null, null)::mdm.part order by p.part)
        from mdm.syncml_parts(v_all[i]::text) p);
  end loop;
  if v_count = 0 then
    raise exception 'syncml: has no command' using errcode = 'MD400';
  elsif v_count > 1 and 'Atomic' in (
      select p.verb from unnest(v_parts) p) then
    raise exception 'Atomic: must be the only one; make a profile for each'
      using errcode = 'MD400';
  end if;
  return v_parts;
end
$$;
comment on function mdm.syncml_items is
  'The groups and Items of a SyncML fragment, in document order.';

-- SPDX-License-Identifier: ISC
-- Rows of [verb, LocURI, format, data] as SyncML: one command, or a group.
create or replace function mdm.syncml_make(in_group text, in_rows jsonb)
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select case when in_group is null then '' else '<' || in_group || '>' end
      || string_agg(format('<%1$s><Item><Target><LocURI>%2$s</LocURI></Target>'
           '<Meta><Format xmlns="syncml:metinf">%3$s</Format></Meta>%4$s</Item></%1$s>',
           r.j->>0, mdm.xml_text(r.j->>1), r.j->>2,
           coalesce('<Data>' || mdm.xml_text(r.j->>3) || '</Data>', '')), '' order by r.n)
      || case when in_group is null then '' else '</' || in_group || '>' end
      from jsonb_array_elements(in_rows) with ordinality as r (j, n));
end
$$;
comment on function mdm.syncml_make is
  'Rows of verb, LocURI, format and data as SyncML.';

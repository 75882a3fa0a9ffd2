-- SPDX-License-Identifier: ISC
-- Whether data of one format go to a node of another.  Binary is base64 under
-- each of its names, and Microsoft's own examples send it, and XML, as chr.
create or replace function mdm.csp_format_good(in_node text, in_format text)
returns boolean
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select in_node is null or in_node = in_format
      or in_node in ('b64', 'bin', 'xml', 'date', 'time', 'float') and in_format = 'chr'
      or in_node in ('b64', 'bin') and in_format in ('b64', 'bin')
      or in_node = 'chr' and in_format = 'xml';
$$;
comment on function mdm.csp_format_good is 'Whether data of one format go to a node of another.';

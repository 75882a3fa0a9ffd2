-- SPDX-License-Identifier: ISC
-- Whether what a device says of a node may have a secret in it that it was
-- given: the node itself, or one above it that is shown with what is below.
create or replace function mdm.secret_at(in_device uuid, in_uri text,
  in_format text)
returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_node text := mdm.uri_node(in_uri);
begin
  return exists (select from mdm.secret_node n
    where n.device = in_device
      and (n.node = v_node
        or (in_uri like '%?%' or in_format = 'xml')
          and starts_with(n.node, rtrim(v_node, '/') || '/')));
end
$$;
comment on function mdm.secret_at is
  'Whether what a device says of a node may have a secret in it.';

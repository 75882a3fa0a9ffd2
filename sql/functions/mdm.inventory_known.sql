-- SPDX-License-Identifier: ISC
-- Whether a device has answered the question that brings a node before: what
-- is new then has changed, and is not only new to us.
create or replace function mdm.inventory_known(in_device uuid, in_uri text)
returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return exists (select from mdm.inventory_asked a
    join mdm.inventory_kind k on k.name = a.kind
   cross join unnest(k.uris) u
   where a.device = in_device and a.first_at < now()
     and (u = in_uri or u like '%?list=StructData'
       and starts_with(in_uri, split_part(u, '?', 1) || '/')));
end
$$;
comment on function mdm.inventory_known is
  'Whether a device has answered the question that brings a node before.';

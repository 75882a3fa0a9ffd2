-- SPDX-License-Identifier: ISC
-- The items of a profile as profile_set takes them; this: whether it is that
-- of a node.  MD404: no such profile.
create or replace function mdm.profile_list(in_name text, in_uri text,
  in_exec boolean)
returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from mdm.profile p where p.name = in_name) then
    raise exception 'no profile "%"', in_name using errcode = 'MD404';
  end if;
  return (
    select jsonb_agg(jsonb_build_object('verb', i.verb, 'uri', i.uri, 'format',
             i.format, 'type', i.type, 'data', i.data, 'this',
             coalesce(i.node = mdm.uri_node(in_uri)
               and i.exec = coalesce(in_exec, i.exec), false)) order by i.item)
      from mdm.profile_item i where i.profile = in_name);
end
$$;
comment on function mdm.profile_list is
  'The items of a profile as a list, with a mark on those of one node.';

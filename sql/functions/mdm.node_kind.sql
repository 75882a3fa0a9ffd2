-- SPDX-License-Identifier: ISC
-- How a node is removed, and what a Get of it shows, by mdm.node_rule.
create or replace function mdm.node_kind(in_verb text, in_uri text,
  in_format text, in_data text, out remove text, out compare text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_base text := coalesce((regexp_match(in_uri,
    '^\./(?:device/|user/)?vendor/msft/', 'i'))[1], '');
  v_path text := substr(in_uri, length(v_base) + 1);
  v_rule mdm.node_rule;
begin
  select r.* into v_rule from mdm.node_rule r
   where lower(v_path) like r.uri
   order by length(r.uri) desc limit 1;
  remove := case
    when in_verb = 'Delete' or v_rule.depth = 0 then null
    when v_rule.depth is null then case when in_verb <> 'Exec' then in_uri end
    else v_base || array_to_string((string_to_array(v_path, '/'))[:v_rule.depth], '/')
  end;
  compare := case
    when in_verb = 'Exec' or v_rule.compare = 'none' then 'none'
    when in_verb = 'Delete' then 'absent'
    -- What is filled in for each device is not known here.
    when in_format in ('node', 'null') or in_data ~ '\$\(' then 'there'
    else coalesce(v_rule.compare, 'value')
  end;
end
$$;
comment on function mdm.node_kind is
  'What is deleted when an item leaves a device, and what a Get of it shows.';

-- SPDX-License-Identifier: ISC
-- The settings that the discovery worker is given.
create or replace function discovery.setting()
returns table (name text, value text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select s.name, coalesce(s.value, s.preset)
      from mdm.setting s
     where 'discovery' = any (s.reader)
     order by 1;
end
$$;
comment on function discovery.setting is
  'The settings of the discovery worker: the administrator''s value or the preset.';

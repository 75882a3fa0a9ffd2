-- SPDX-License-Identifier: ISC
-- The settings of the pages: their words, and what they depend on.
create or replace function enrollment.page()
returns table (name text, value text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select s.name, coalesce(s.value, s.preset)
      from mdm.setting s
     where 'page' = any (s.reader)
     order by 1;
end
$$;
comment on function enrollment.page is
  'The settings of the pages: the administrator''s value or the preset.';

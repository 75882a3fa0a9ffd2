-- SPDX-License-Identifier: ISC
-- The settings that the signer is given.
create or replace function signer.setting()
returns table (name text, value text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select s.name, coalesce(s.value, s.preset)
      from mdm.setting s
     where 'signer' = any (s.reader)
     order by 1;
end
$$;
comment on function signer.setting is
  'The settings of the signer: the administrator''s value or the preset.';

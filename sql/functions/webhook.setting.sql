-- SPDX-License-Identifier: ISC
-- The settings that the sender of webhooks is given.
create or replace function webhook.setting()
returns table (name text, value text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select s.name, coalesce(s.value, s.preset)
      from mdm.setting s
     where 'webhook' = any (s.reader)
     order by 1;
end
$$;
comment on function webhook.setting is
  'The settings of the sender: the administrator''s value or the preset.';

-- SPDX-License-Identifier: ISC
-- The last status of an action's command, in words.
create or replace function mdm.action_words(in_status int, in_error text)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return concat_ws(': ', in_status, coalesce(
    admin.status_words(in_status, in_error), 'done'));
end
$$;
comment on function mdm.action_words is
  'The last status of an action''s command, in words.';

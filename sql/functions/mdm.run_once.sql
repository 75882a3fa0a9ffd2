-- SPDX-License-Identifier: ISC
-- Whether a command must not be sent again when its outcome is not known.
create or replace function mdm.run_once(in_verb text, in_uri text) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return in_verb = 'Exec' and exists (select from mdm.run_once r
    where regexp_replace(lower(in_uri), '^\./(device/)?vendor/msft/', '')
          like r.uri);
end
$$;
comment on function mdm.run_once is
  'Whether a command is an Exec of one of the nodes in the table of the same name.';

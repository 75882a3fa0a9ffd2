-- SPDX-License-Identifier: ISC
-- MD400 unless in_value is the variable of a secret: what is secret itself
-- must not stand in the queue.
create or replace function mdm.secret_check(in_name text, in_value text)
returns void
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if in_value is null or in_value !~ '^\$\(secret\.[a-z][a-z0-9_]{0,63}\)$' then
    raise exception '%: must be the variable of a secret, $(secret.NAME)', in_name
      using errcode = 'MD400';
  end if;
end
$$;
comment on function mdm.secret_check is
  'Refuse what is not the variable of a secret.';

-- SPDX-License-Identifier: ISC
-- Take a sign-in name apart: user@domain, DOMAIN\user or user alone.
create or replace function mdm.user_parts(in_name text, out login text,
  out domain text, out netbios boolean)
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  netbios := strpos(in_name, '\') > 0;
  if netbios then
    domain := lower(split_part(in_name, '\', 1));
    login := substr(in_name, strpos(in_name, '\') + 1);
  else
    login := regexp_replace(in_name, '@[^@]*$', '');
    domain := lower(substr(in_name, length(login) + 2));
  end if;
end
$$;
comment on function mdm.user_parts is
  'Take a sign-in name apart: user@domain, DOMAIN\user or user alone.';

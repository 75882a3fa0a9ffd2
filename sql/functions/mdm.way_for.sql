-- SPDX-License-Identifier: ISC
-- The way in for a kind of credential and a domain: the row of the domain
-- decides, and where there is none that of '*'.  Null when it is off.
create or replace function mdm.way_for(in_credential text, in_domain text)
returns mdm.way
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_way mdm.way;
begin
  select * into v_way from mdm.way w
   where w.credential = in_credential and w.domain in (in_domain, '*')
   order by w.domain = '*'
   limit 1;
  if v_way.enabled then
    return v_way;
  end if;
  return null;
end
$$;
comment on function mdm.way_for is
  'The way in for a kind of credential and a domain; null when it is off.';

-- SPDX-License-Identifier: ISC
-- The one policy of the ADMX files that is meant: its name, or more of its
-- place as AREA/NAME or a LocURI.  MD404: none; MD409: several, whose places
-- are named.
create or replace function mdm.admx_find(in_policy text) returns mdm.admx_policy
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name  text := lower(regexp_replace(in_policy, '^.*/', ''));
  v_area  text := lower(substring(in_policy from '([^/]+)/[^/]*$'));
  v_found mdm.admx_policy[];
begin
  select array_agg(p) into v_found from mdm.admx_policy p
   where lower(p.policy) = v_name and (v_area is null or lower(p.area) = v_area);
  if v_found is null then
    raise exception 'no ADMX policy "%"', in_policy using errcode = 'MD404';
  elsif cardinality(v_found) > 1 then
    raise exception '% ADMX policies are called "%": %', cardinality(v_found), in_policy,
      (select string_agg(f.area || '/' || f.policy, ', ' order by f.area) from unnest(v_found) f)
      using errcode = 'MD409';
  end if;
  return v_found[1];
end
$$;
comment on function mdm.admx_find is 'The one policy of the ADMX files that is meant.';

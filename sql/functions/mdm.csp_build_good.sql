-- SPDX-License-Identifier: ISC
-- Whether a version of Windows has a node: of the builds that are listed the
-- one without a patch number is the first release, and those with one are
-- earlier releases that got it later.  99.9 is what is in no release yet: who
-- runs such a build has been told.  Null when the version is not known.
create or replace function mdm.csp_build_good(in_builds text[], in_os_version text)
returns boolean
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select case when v.os is null or in_builds is null then null
      else bool_or(b.build is null or b.build[1] >= 99
        or case when cardinality(b.build) > 3
             then v.os[1:3] = b.build[1:3] and v.os >= b.build
             else v.os >= b.build end) end
      from (select mdm.version_parts(in_os_version) as os) v
      left join lateral (select mdm.version_parts(u) as build from unnest(in_builds) u) b on true
     group by v.os);
end
$$;
comment on function mdm.csp_build_good is 'Whether a version of Windows has a node.';

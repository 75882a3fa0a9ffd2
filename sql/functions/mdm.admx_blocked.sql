-- SPDX-License-Identifier: ISC
-- Whether Windows takes in no policy that writes this registry key: those of
-- its own parts are closed, but for some programs' keys.
create or replace function mdm.admx_blocked(in_key text) returns boolean
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select k.key ~ '^(system|software\\microsoft|software\\policies\\microsoft)(\\|$)'
     and k.key !~ ('^software\\(policies\\)?microsoft\\(office|exchange|edge|edgeupdate|onedrive'
       || '|internet explorer|windows\\currentversion\\explorer|windows\\windows search\\preferences'
       || '|shared tools\\proofing tools|shared tools\\graphics filters|vba\\security'
       || '|imejp|ime\\shared|softwareprotectionplatform|officesoftwareprotectionplatform)(\\|$)')
    from (select regexp_replace(lower(in_key), '\\+$', '') as key) k;
$$;
comment on function mdm.admx_blocked is
  'Whether Windows takes in no policy that writes this registry key.';

-- SPDX-License-Identifier: ISC
-- Make a profile from SyncML, or change it whole: a fragment as it is shared
-- for other servers, of Add, Replace, Delete and Exec commands or one Atomic
-- of them, with or without a SyncBody around it.  CmdIDs are the server's own.
-- in_atomic null: as an Atomic is there or not; the rest is as in profile_set.
create or replace function admin.profile_import(in_name text, in_syncml text,
  in_atomic boolean default null, in_priority int default 0,
  in_restore boolean default false, in_rule jsonb default null,
  in_description text default null)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_parts mdm.part[] := mdm.syncml_items(in_syncml);
begin
  return mdm.profile_write(row(in_name,
    coalesce(in_atomic, v_parts[1].verb = 'Atomic'), in_restore, in_priority,
    in_rule, in_description, null, null)::mdm.profile,
    mdm.profile_items(in_name, (
      select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('verb', p.verb,
               'uri', p.uri, 'format', p.format, 'type', p.type,
               'data', p.data)) order by p.part)
        from unnest(v_parts) p where p.uri is not null)));
end
$$;
comment on function admin.profile_import is
  'Make a profile from a SyncML fragment, or change it whole; says whether anything changed.';

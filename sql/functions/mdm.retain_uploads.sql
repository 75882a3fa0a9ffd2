-- SPDX-License-Identifier: ISC
-- Remove the uploads that are old or never came; their files go when the next
-- one comes.
create or replace function mdm.retain_uploads(in_rows int) returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count bigint;
begin
  with old as (
    delete from mdm.upload u
     where u.sha256 in (select o.sha256 from mdm.upload o
       where case when o.received_at is null then o.expires_at < now()
                  else o.received_at < mdm.retain_before('retain_upload') end
       order by o.created_at limit in_rows)
    returning u.file
  ), stale as (
    insert into mdm.upload_stale (file)
    select o.file from old o where o.file is not null
    on conflict do nothing
  )
  select count(*) into v_count from old;
  return v_count;
end
$$;
comment on function mdm.retain_uploads is
  'Remove the uploads that are old or never came; says how many.';

-- SPDX-License-Identifier: ISC
-- Whether a file may be left at an address, and the name that it is to have.
-- Nothing is there until upload_done; who comes again begins anew.  stale are
-- files to remove.  MD404: no such address, or it was used, or its time is
-- over; MD413: too large; MD503: there is no room for it.
create or replace function management.upload_begin(in_sha256 bytea,
  in_size bigint, out file uuid, out stale uuid[])
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_upload mdm.upload;
begin
  select * into v_upload from mdm.upload u
   where u.sha256 = in_sha256 and u.received_at is null
     and u.expires_at > now()
     for no key update;
  if not found then
    raise exception 'no such upload is expected' using errcode = 'MD404';
  elsif in_size > mdm.setting_int('upload_maximum')::bigint * 1048576 then
    raise exception 'the file is larger than upload_maximum' using errcode = 'MD413';
  elsif in_size + (select coalesce(sum(u.size), 0) from mdm.upload u)
      > mdm.setting_int('upload_quota')::bigint * 1048576 then
    raise exception 'upload_quota is used up' using errcode = 'MD503';
  end if;
  insert into mdm.upload_stale (file)
  select v_upload.file where v_upload.file is not null
  on conflict do nothing;
  file := gen_random_uuid();
  update mdm.upload u set file = upload_begin.file where u.sha256 = in_sha256;
  stale := array(select s.file from mdm.upload_stale s limit 100);
end
$$;
comment on function management.upload_begin is
  'Whether a file may be left at an address, and the name that it is to have.';

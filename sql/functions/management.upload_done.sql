-- SPDX-License-Identifier: ISC
-- A file is there, whole; and those of in_removed are gone.  MD404: somebody
-- else was faster, or its time is over.
create or replace function management.upload_done(in_sha256 bytea,
  in_file uuid, in_size bigint, in_content_sha256 bytea, in_removed uuid[])
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_upload mdm.upload;
  v_action mdm.action;
begin
  delete from mdm.upload_stale s where s.file = any (in_removed);
  update mdm.upload u
     set received_at = now(), size = in_size,
         content_sha256 = in_content_sha256
   where u.sha256 = in_sha256 and u.file = in_file
     and u.received_at is null and u.expires_at > now()
  returning * into v_upload;
  if not found then
    raise exception 'no such upload is expected' using errcode = 'MD404';
  end if;
  perform mdm.event_add(v_upload.device, 'upload.received', jsonb_build_object(
    'upload', v_upload.upload, 'action', v_upload.action, 'file', in_file,
    'size', in_size, 'sha256', encode(in_content_sha256, 'hex')));
  select * into v_action from mdm.action a
   where a.device = v_upload.device and a.action = v_upload.action
     and a.state = 'running'
     for no key update;
  if found then
    perform mdm.action_end(v_action, 'done',
      format('received %s octets as file %s', in_size, in_file));
  end if;
  return v_upload.device;
end
$$;
comment on function management.upload_done is
  'Note that a file was left at an address, which ends it.';

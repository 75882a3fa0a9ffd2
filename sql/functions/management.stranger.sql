-- SPDX-License-Identifier: ISC
-- Keep a good certificate of our CA that no device has, with the name that its
-- message came from: the administrator may recover the device.  What ended is
-- forgotten, so that there are never more than were issued.
create or replace function management.stranger(in_sha256 bytea, in_sha1 bytea,
  in_content bytea, in_issuer bytea, in_serial bytea, in_name text,
  in_device_id text, in_not_before bigint, in_not_after bigint)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update mdm.stranger s
     set last_at = now(), device_id = coalesce(in_device_id, s.device_id)
   where s.sha256 = in_sha256;
  if found then
    return;
  end if;
  delete from mdm.stranger s where s.not_after < now();
  insert into mdm.stranger (sha256, sha1, content, issuer, serial, name,
    device_id, not_before, not_after)
  values (in_sha256, in_sha1, in_content, sha256(in_issuer), in_serial, in_name,
    in_device_id, to_timestamp(in_not_before), to_timestamp(in_not_after))
  on conflict do nothing;
  if found then
    perform mdm.event_add(null, 'device.unknown', jsonb_build_object(
      'certificate', encode(in_sha256, 'hex'), 'name', in_name,
      'device_id', in_device_id));
  end if;
end
$$;
comment on function management.stranger is
  'Keep a good certificate of our CA that no device has, for admin.recover().';

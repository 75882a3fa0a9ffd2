-- SPDX-License-Identifier: ISC
-- An address at which a device may leave one file, once: 128 random bits that
-- only this answer has.
create or replace function mdm.upload_make(in_device uuid, in_action uuid)
returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Of each UUID the random bits: 122, more than once 128.
  v_token text := encode(substr(sha256(uuid_send(gen_random_uuid())
    || uuid_send(gen_random_uuid())), 1, 16), 'hex');
  v_base  text;
begin
  select regexp_replace(coalesce(s.value, s.preset), '(/ManagementServer/MDM\.svc)?[^/]*$', '', 'i')
    into strict v_base from mdm.setting s where s.name = 'management_url';
  insert into mdm.upload (sha256, upload, device, action, expires_at)
  values (sha256(convert_to(v_token, 'UTF8')), gen_random_uuid(), in_device,
    in_action, now() + make_interval(days => mdm.setting_int('upload_days')));
  return v_base || '/ManagementServer/Upload/' || v_token;
end
$$;
comment on function mdm.upload_make is
  'An address at which a device may leave one file, once.';

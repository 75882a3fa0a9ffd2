-- SPDX-License-Identifier: ISC
-- Whether a token of Entra ID (the SHA-256 of what is signed in it) may enroll
-- this device: the first one that it enrolls, however often that tries.  No
-- nonce of ours is in such a token, so that this is what keeps one that was
-- taken from enrolling others.  It is remembered for longer than it can last.
create or replace function mdm.jwt_spend(in_sha256 bytea, in_device_id text)
returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform mdm.page_prune();
  insert into mdm.jwt_use (sha256, device_id, expires_at)
  values (in_sha256, lower(in_device_id), now() + interval '2 days')
  on conflict (sha256) do nothing;
  return (select u.device_id = lower(in_device_id) from mdm.jwt_use u
           where u.sha256 = in_sha256);
end
$$;
comment on function mdm.jwt_spend is
  'Whether a token of Entra ID may enroll this device: the first one that it enrolls.';

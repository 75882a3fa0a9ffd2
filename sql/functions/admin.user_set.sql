-- SPDX-License-Identifier: ISC
-- Add a user who may enroll devices, or change the password.  Takes the hash
-- that `fenestra-enrollment -p` prints.  MD400: not a UPN, or not a hash.
create or replace function admin.user_set(in_upn text, in_password_hash text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if in_upn is null or in_upn !~ '^[^[:cntrl:][:space:]]{1,255}$' then
    raise exception 'upn: must be 1 to 255 characters without spaces'
      using errcode = 'MD400';
  elsif in_password_hash is null
    or in_password_hash !~ '^\$(y|gy|7)\$[./0-9A-Za-z$]{20,255}$' then
    raise exception 'password_hash: must be a yescrypt hash, as fenestra-enrollment -p prints it'
      using errcode = 'MD400';
  end if;
  insert into mdm.account as a (name, upn, password_hash)
  values (lower(in_upn), in_upn, in_password_hash)
  on conflict (name) do update
     set upn = excluded.upn, password_hash = excluded.password_hash,
         enabled = true, changed_at = excluded.changed_at;
  perform mdm.event_add(null, 'user.set', jsonb_build_object('upn', in_upn));
end
$$;
comment on function admin.user_set is
  'Add a user who may enroll devices, or change the password.';

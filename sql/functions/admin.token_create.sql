-- SPDX-License-Identifier: ISC
-- Make an enrollment token, which is returned and stored nowhere: only its
-- SHA-256 is.  Whoever has it may enroll in_uses devices until it expires, as
-- the user in_owner or, without one, as token:NAME.  Which devices: those whose
-- name is like one of in_device_names, patterns with *; that come from one of
-- in_networks; of one of in_os_editions; of in_minimum_os_version or later.
-- MD400: the rule that is broken; MD404: no such group.
create or replace function admin.token_create(in_uses int default 1,
  in_expires_at timestamptz default now() + interval '7 days',
  in_group text default null, in_owner text default null,
  in_device_names text[] default null, in_name text default null,
  in_networks cidr[] default null, in_os_editions int[] default null,
  in_minimum_os_version text default null)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id    uuid := gen_random_uuid();
  v_name  text := coalesce(in_name, v_id::text);
  v_upn   text := coalesce(in_owner, 'token:' || v_name);
  v_token text;
  v_fault text;
begin
  v_fault := case
    when in_uses is null or in_uses not between 1 and 1000000
      then 'uses: must be 1 to 1000000'
    when in_expires_at is null or in_expires_at <= now()
      or in_expires_at > now() + interval '2 years'
      then 'expires_at: must be later than now, and within two years'
    when v_name !~ '^[A-Za-z0-9._-]{1,64}$'
      then 'name: must be 1 to 64 of A-Z a-z 0-9 . _ -'
    when v_upn !~ '^[^[:cntrl:][:space:]]{1,255}$'
      then 'owner: must be 1 to 255 characters without spaces'
    when cardinality(in_device_names) = 0
      or array_position(in_device_names, null) is not null
      then 'device_names: must be patterns, or null'
    when cardinality(in_networks) = 0
      or array_position(in_networks, null) is not null
      then 'networks: must be networks, or null'
    when cardinality(in_os_editions) = 0
      or array_position(in_os_editions, null) is not null
      then 'os_editions: must be numbers, or null'
    when in_minimum_os_version is not null
      and mdm.version_parts(in_minimum_os_version) is null
      then 'minimum_os_version: must be numbers with dots between'
  end;
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD400';
  elsif in_group is not null and not exists (
    select from mdm.enrollment_group g where g.name = in_group) then
    raise exception 'no enrollment group "%"', in_group using errcode = 'MD404';
  end if;
  perform mdm.page_prune();
  v_token := mdm.token_make();
  insert into mdm.token (sha256, id, credential, name, upn, enrollment_group,
    device_names, uses, expires_at, networks, os_editions, minimum_os_version)
  values (sha256(convert_to(v_token, 'UTF8')), v_id, 'token', v_name, v_upn,
    in_group, in_device_names, in_uses, in_expires_at, in_networks,
    in_os_editions, in_minimum_os_version);
  perform mdm.event_add(null, 'token.created', jsonb_build_object('id', v_id,
    'name', v_name, 'uses', in_uses, 'expires_at', in_expires_at,
    'group', in_group, 'owner', in_owner, 'networks', in_networks,
    'os_editions', in_os_editions, 'minimum_os_version', in_minimum_os_version));
  return v_token;
end
$$;
comment on function admin.token_create is
  'Make an enrollment token; it is shown once and stored as its hash.';

-- SPDX-License-Identifier: ISC
-- Set the terms of use: from now on users of the sign-in page have to accept
-- this version.  Null: none.  MD400: the rule that is broken; MD409: that
-- version has another text, which somebody may have accepted.
create or replace function admin.terms_set(in_version text,
  in_content text default null) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_old text;
begin
  if in_version !~ '^[!-~]{1,64}$' then
    raise exception 'version: must be 1 to 64 printable characters'
      using errcode = 'MD400';
  elsif in_version is not null
    and (in_content is null or in_content !~ '[^[:space:]]'
         or in_content ~ '[\x01-\x08\x0b\x0c\x0e-\x1f]'
         or octet_length(in_content) > 262144) then
    raise exception 'content: must be text of at most 262144 octets'
      using errcode = 'MD400';
  end if;
  lock table mdm.terms in share row exclusive mode;
  select t.content into v_old from mdm.terms t where t.version = in_version;
  if v_old <> in_content then
    raise exception 'version "%" has another text', in_version
      using errcode = 'MD409';
  end if;
  update mdm.terms t set current = false where t.current;
  if in_version is not null then
    insert into mdm.terms as t (version, content, current)
    values (in_version, in_content, true)
    on conflict (version) do update set current = true;
  end if;
  perform mdm.event_add(null, 'terms.set', jsonb_build_object('version', in_version));
end
$$;
comment on function admin.terms_set is
  'Set the terms of use that users have to accept at the sign-in page; null: none.';

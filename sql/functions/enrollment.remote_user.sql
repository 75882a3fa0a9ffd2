-- SPDX-License-Identifier: ISC
-- The user that the front server's REMOTE_USER names: user@domain,
-- DOMAIN\user, or user alone with the setting remote_user_domain.  MD403: it
-- names none, or the setting remote_user is off.
create or replace function enrollment.remote_user(in_name text) returns text
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name record;
  v_on   boolean;
begin
  select coalesce(s.value, s.preset) = 'on' into strict v_on
    from mdm.setting s where s.name = 'remote_user';
  v_name := mdm.user_parts(in_name);
  if v_name.netbios then
    v_name.domain := coalesce((select w.domain from mdm.way w
                         where w.netbios = v_name.domain), v_name.domain);
  elsif v_name.domain = '' then
    select lower(coalesce(s.value, s.preset)) into strict v_name.domain
      from mdm.setting s where s.name = 'remote_user_domain';
  end if;
  if v_on is not true or v_name.domain = '' or v_name.login = ''
    or v_name.login ~ '[[:cntrl:]]' then
    raise exception 'REMOTE_USER names no user' using errcode = 'MD403';
  end if;
  return v_name.login || '@' || v_name.domain;
end
$$;
comment on function enrollment.remote_user is
  'The user that the front server''s REMOTE_USER names.';

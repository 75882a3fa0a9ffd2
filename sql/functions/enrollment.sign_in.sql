-- SPDX-License-Identifier: ISC
-- What is needed to check a password: always one row, of whatever name.  upn
-- is null for a name that cannot be right, which the worker then checks all
-- the same.  wait: seconds that are not over yet, and the counter they are of.
-- failed: whether enrollment.sign_in_done wants to know of a success.
-- in_page: the password came by the sign-in page, whose own way counts.
create or replace function enrollment.sign_in(in_name text, in_source text,
  in_page boolean default false)
returns table (upn text, credential text, password_hash text, wait int,
  waits_for text, failed boolean, directory text, login text, domain text,
  uri text, start_tls boolean, ca_file text, base text, user_filter text,
  bind_dn text, bind_password_file text, dn_template text, group_base text,
  group_filter text, timeout int)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name     record;
  v_way      mdm.way;
  v_throttle record;
  v_account  mdm.account;
begin
  v_name := mdm.user_parts(in_name);
  domain := v_name.domain;
  login := v_name.login;
  if v_name.netbios then
    domain := coalesce((select w.domain from mdm.way w
                         where w.netbios = v_name.domain), v_name.domain);
  end if;
  v_way := mdm.way_for(case when in_page then 'federated' else 'password' end, domain);
  if in_page and v_way.credential is not null then
    select * into strict v_way from mdm.way w
     where w.credential = 'password' and w.domain in (sign_in.domain, '*')
     order by w.domain = '*' limit 1;
  end if;
  v_throttle := mdm.throttle_wait(in_name, in_source);
  wait := v_throttle.wait;
  waits_for := v_throttle.kind;
  failed := v_throttle.failed;

  if v_way.directory is null then
    credential := 'password';
    select * into v_account from mdm.account a
     where a.name in (lower(in_name), lower(login) || '@' || domain)
       and v_way.credential is not null and a.enabled
     order by a.name = lower(in_name) desc
     limit 1;
    upn := v_account.upn;
    password_hash := v_account.password_hash;
    return next;
    return;
  end if;
  credential := 'directory';
  if login <> '' and login !~ '[[:cntrl:]]' then
    upn := login || '@' || domain;
  end if;
  select d.name, d.uri, d.start_tls, d.ca_file, d.base, d.user_filter,
         d.bind_dn, d.bind_password_file, d.dn_template, d.group_base,
         d.group_filter, d.timeout
    into strict directory, uri, start_tls, ca_file, base, user_filter, bind_dn,
         bind_password_file, dn_template, group_base, group_filter, timeout
    from mdm.directory d where d.name = v_way.directory;
  return next;
end
$$;
comment on function enrollment.sign_in is
  'What is needed to check a password, and whether it may be checked now.';

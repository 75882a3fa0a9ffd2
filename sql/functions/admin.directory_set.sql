-- SPDX-License-Identifier: ISC
-- Add an LDAP server that checks passwords, or change it.  Either
-- in_dn_template says the user's DN, or in_base and in_user_filter find it;
-- {login}, {domain} and {upn} stand for the user in both, {dn} in the group
-- filter for what was found.  A password never goes over a line in the clear:
-- ldaps://, ldapi:// or StartTLS.  MD400: the rule that is broken.
create or replace function admin.directory_set(in_name text, in_uri text,
  in_start_tls boolean default false, in_ca_file text default null,
  in_base text default null, in_user_filter text default null,
  in_bind_dn text default null, in_bind_password_file text default null,
  in_dn_template text default null, in_group_base text default null,
  in_group_filter text default null, in_timeout int default 5)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fault text;
begin
  v_fault := case
    when in_name is null or in_name !~ '^[A-Za-z0-9._-]{1,64}$'
      then 'name: must be 1 to 64 of A-Z a-z 0-9 . _ -'
    when in_uri is null or in_uri !~ '^(ldap|ldaps|ldapi)://[!-~]{0,250}$'
      then 'uri: must be ldaps://HOST, ldapi://SOCKET or ldap://HOST'
    when in_uri ~ '^ldap:' and in_start_tls is not true
      then 'uri: ldap:// needs start_tls'
    when in_uri !~ '^ldap:' and in_start_tls
      then 'start_tls: only with ldap://'
    when in_uri !~ '^ldapi:' and in_ca_file is null
      then 'ca_file: the CA that the server''s certificate must be of'
    when in_ca_file !~ '^/' or in_bind_password_file !~ '^/'
      then 'ca_file, bind_password_file: must be absolute paths'
    when in_dn_template is not null and num_nonnulls(in_user_filter, in_bind_dn) > 0
      then 'dn_template: instead of user_filter and bind_dn'
    when in_dn_template is null and num_nulls(in_base, in_user_filter) > 0
      then 'dn_template, or base and user_filter: one of both is needed'
    when coalesce(in_dn_template, in_user_filter) !~ '\{(login|upn)\}'
      then 'dn_template, user_filter: must have {login} or {upn}'
    when in_user_filter !~ '^\(.*\)$' or in_group_filter !~ '^\(.*\)$'
      then 'user_filter, group_filter: must be in parentheses'
    when (in_bind_dn is null) <> (in_bind_password_file is null)
      then 'bind_dn: together with bind_password_file'
    when (in_group_base is null) <> (in_group_filter is null)
      then 'group_base: together with group_filter'
    when in_timeout is null or in_timeout not between 1 and 30
      then 'timeout: must be 1 to 30 seconds'
  end;
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD400';
  end if;
  insert into mdm.directory as d values (in_name, in_uri,
    coalesce(in_start_tls, false), in_ca_file, in_base, in_user_filter,
    in_bind_dn, in_bind_password_file, in_dn_template, in_group_base,
    in_group_filter, in_timeout)
  on conflict (name) do update
     set uri = excluded.uri, start_tls = excluded.start_tls,
         ca_file = excluded.ca_file, base = excluded.base,
         user_filter = excluded.user_filter, bind_dn = excluded.bind_dn,
         bind_password_file = excluded.bind_password_file,
         dn_template = excluded.dn_template, group_base = excluded.group_base,
         group_filter = excluded.group_filter, timeout = excluded.timeout;
  perform mdm.event_add(null, 'directory.set',
    jsonb_build_object('name', in_name, 'uri', in_uri));
end
$$;
comment on function admin.directory_set is
  'Add an LDAP server that checks passwords, or change it.';

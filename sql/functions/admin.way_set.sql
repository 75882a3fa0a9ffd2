-- SPDX-License-Identifier: ISC
-- Open or close a way in for the users of a domain, or with '*' for those of
-- all domains without a row of their own.  A row that is closed closes it for
-- its domain whatever '*' says.  MD404: no such directory or group; MD400:
-- the rule that is broken.
create or replace function admin.way_set(in_credential text, in_domain text,
  in_enabled boolean default true, in_directory text default null,
  in_netbios text default null, in_group text default 'default')
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fault text;
begin
  v_fault := case
    when in_credential is null
      or in_credential not in ('password', 'token', 'federated', 'jwt')
      then 'credential: must be password, token, federated or jwt'
    when in_domain is null or in_domain !~ '^(\*|[^[:cntrl:][:space:]@\\*]{1,255})$'
      then 'domain: must be what stands behind the @, or *'
    when in_enabled is null then 'enabled: must be true or false'
    when in_directory is not null and in_credential <> 'password'
      then 'directory: only for passwords'
    when in_directory is not null and in_domain = '*'
      then 'directory: only for a domain, so that it is not told the others'' passwords'
    when in_netbios is not null and (in_credential <> 'password' or in_domain = '*')
      then 'netbios: only for passwords of a domain'
    when in_netbios !~ '^[^[:cntrl:][:space:]@\\]{1,64}$'
      then 'netbios: must be what stands before the backslash'
    when exists (select from mdm.way w where w.netbios = lower(in_netbios)
                    and w.domain <> lower(in_domain))
      then 'netbios: belongs to another domain'
  end;
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD400';
  elsif in_directory is not null
    and not exists (select from mdm.directory d where d.name = in_directory) then
    raise exception 'no directory "%"', in_directory using errcode = 'MD404';
  elsif not exists (select from mdm.enrollment_group g where g.name = in_group) then
    raise exception 'no enrollment group "%"', in_group using errcode = 'MD404';
  end if;
  insert into mdm.way as w (credential, domain, enabled, directory, netbios, enrollment_group)
  values (in_credential, lower(in_domain), in_enabled, in_directory,
    lower(in_netbios), in_group)
  on conflict (credential, domain) do update
     set enabled = excluded.enabled, directory = excluded.directory,
         netbios = excluded.netbios, enrollment_group = excluded.enrollment_group;
  perform mdm.event_add(null, 'way.set', jsonb_build_object(
    'credential', in_credential, 'domain', lower(in_domain),
    'enabled', in_enabled, 'directory', in_directory, 'group', in_group));
end
$$;
comment on function admin.way_set is
  'Open or close a way in for the users of a domain, or of all others with *.';

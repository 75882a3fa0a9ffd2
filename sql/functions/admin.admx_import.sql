-- SPDX-License-Identifier: ISC
-- Take in an ADMX file, in place of the one of the same name.  in_app is the
-- first word of the area of its policies, by default the name; in_kind says
-- whether devices get it as Policy or Preference.  Returns how many policies
-- it has.  MD400: what is wrong; nothing changes.
create or replace function admin.admx_import(in_name text, in_admx text,
  in_app text default null, in_kind text default 'Policy')
returns int
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_app    text := coalesce(in_app, in_name);
  v_admx   text := ltrim(in_admx, U&'\FEFF');
  v_parsed record;
  v_closed text;
begin
  if in_name is null or in_name !~ '^[A-Za-z0-9._-]{1,64}$' or v_app !~ '^[A-Za-z0-9._-]{1,64}$' then
    raise exception 'name, app: must be 1 to 64 of A-Z a-z 0-9 . _ -' using errcode = 'MD400';
  elsif in_kind is null or in_kind not in ('Policy', 'Preference') then
    raise exception 'kind: must be Policy or Preference' using errcode = 'MD400';
  elsif mdm.xml_size(v_admx) > 1048576 then
    raise exception 'admx: is larger than 1 MiB as a command carries it' using errcode = 'MD400';
  end if;
  select * into v_parsed from mdm.admx_parse(in_name, v_app, in_kind, v_admx);
  delete from mdm.admx_policy p where p.admx = in_name;
  insert into mdm.admx as a (name, app, kind, uri, namespace, content)
  values (in_name, v_app, in_kind,
    format('./Device/Vendor/MSFT/Policy/ConfigOperations/ADMXInstall/%s/%s/%s',
      v_app, in_kind, in_name), v_parsed.namespace, v_admx)
  on conflict (name) do update
     set app = excluded.app, kind = excluded.kind, uri = excluded.uri,
         namespace = excluded.namespace,
         content = excluded.content, imported_at = excluded.imported_at;
  insert into mdm.admx_policy select (p).* from unnest(v_parsed.policies) p;
  select string_agg(p.policy, ', ') into v_closed
    from unnest(v_parsed.policies) p where p.blocked;
  if v_closed is not null then
    raise warning 'Windows takes in no policy for these keys: %', left(v_closed, 500);
  end if;
  perform mdm.event_add(null, 'admx.imported', jsonb_build_object('name', in_name,
    'policies', cardinality(v_parsed.policies)));
  return cardinality(v_parsed.policies);
end
$$;
comment on function admin.admx_import is
  'Take in an ADMX file, in place of the one of the same name; returns how many policies it has.';

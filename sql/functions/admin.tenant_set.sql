-- SPDX-License-Identifier: ISC
-- Believe the tokens of an Entra tenant, made for one of these audiences (the
-- application's id or its URI), of users of these domains (null: of any).
-- MD400: the rule that is broken.
create or replace function admin.tenant_set(in_tenant uuid,
  in_audiences text[], in_domains text[] default null,
  in_scope text default 'mdm_delegation', in_issuers text[] default null)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if in_tenant is null or coalesce(cardinality(in_audiences), 0) = 0
    or '' = any (in_audiences) or array_position(in_audiences, null) is not null then
    raise exception 'tenant, audiences: must be given' using errcode = 'MD400';
  elsif in_scope is null or in_scope !~ '^[!-~]{1,255}$' then
    raise exception 'scope: must be one word' using errcode = 'MD400';
  elsif cardinality(in_domains) = 0 or cardinality(in_issuers) = 0 then
    raise exception 'domains, issuers: must not be empty; null is the usual'
      using errcode = 'MD400';
  end if;
  insert into mdm.tenant as t (tenant, audiences, domains, scope, issuers)
  values (in_tenant, in_audiences,
    (select array_agg(lower(d)) from unnest(in_domains) d), in_scope,
    coalesce(in_issuers, array[
      'https://sts.windows.net/' || in_tenant || '/',
      'https://login.microsoftonline.com/' || in_tenant || '/v2.0']))
  on conflict (tenant) do update
     set audiences = excluded.audiences, domains = excluded.domains,
         scope = excluded.scope, issuers = excluded.issuers;
  perform mdm.event_add(null, 'tenant.set', jsonb_build_object(
    'tenant', in_tenant, 'audiences', in_audiences, 'domains', in_domains,
    'scope', in_scope, 'issuers', in_issuers));
end
$$;
comment on function admin.tenant_set is
  'Believe the tokens of an Entra tenant, made for us.';

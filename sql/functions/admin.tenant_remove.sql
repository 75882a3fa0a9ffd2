-- SPDX-License-Identifier: ISC
-- Believe no token of this tenant any more.  MD404: none was believed.
create or replace function admin.tenant_remove(in_tenant uuid) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from mdm.tenant t where t.tenant = in_tenant;
  if not found then
    raise exception 'no tenant %', in_tenant using errcode = 'MD404';
  end if;
  perform mdm.event_add(null, 'tenant.removed', jsonb_build_object('tenant', in_tenant));
end
$$;
comment on function admin.tenant_remove is
  'Believe no token of this tenant any more.';

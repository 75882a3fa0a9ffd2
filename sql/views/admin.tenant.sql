-- SPDX-License-Identifier: ISC
-- The Entra tenants whose tokens are believed.
create or replace view admin.tenant as
select t.tenant, t.audiences, t.domains, t.scope, t.issuers
  from mdm.tenant t;
comment on view admin.tenant is 'The Entra tenants whose tokens are believed.';
comment on column admin.tenant.tenant is 'tid.';
comment on column admin.tenant.audiences is 'aud has to be one of these.';
comment on column admin.tenant.domains is 'upn has to be of one of these; null: of any.';
comment on column admin.tenant.scope is 'scp has to have it.';
comment on column admin.tenant.issuers is 'iss has to be one of these.';

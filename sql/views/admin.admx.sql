-- SPDX-License-Identifier: ISC
-- The ADMX files, and where devices take them in.
create or replace view admin.admx as
select a.name, a.app, a.kind, a.uri, a.namespace,
       octet_length(a.content) as size, a.imported_at,
       (select count(*) from mdm.admx_policy p where p.admx = a.name) as policies
  from mdm.admx a;
comment on view admin.admx is 'The ADMX files, and where devices take them in; see admx_enqueue.';
comment on column admin.admx.name is 'Its name.';
comment on column admin.admx.app is 'The first word of the area of its policies.';
comment on column admin.admx.kind is 'Policy or Preference.';
comment on column admin.admx.uri is 'The node that an Add of its content takes it in at.';
comment on column admin.admx.namespace is 'Its own name for itself.';
comment on column admin.admx.size is 'Octets.';
comment on column admin.admx.imported_at is 'When.';
comment on column admin.admx.policies is 'How many policies it has.';

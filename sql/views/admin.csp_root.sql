-- SPDX-License-Identifier: ISC
-- What has been imported of DDF files, tree by tree.
create or replace view admin.csp_root as
select r.root, r.uri, r.file, r.nodes, r.imported_at
  from mdm.csp_root r;
comment on view admin.csp_root is
  'The trees of nodes that DDF files brought; what is in none of them is not checked.';
comment on column admin.csp_root.root is 'Its topmost node, for comparing.';
comment on column admin.csp_root.uri is 'The same as the file has it.';
comment on column admin.csp_root.file is 'The name it was imported under.';
comment on column admin.csp_root.nodes is 'How many nodes it has.';
comment on column admin.csp_root.imported_at is 'When.';

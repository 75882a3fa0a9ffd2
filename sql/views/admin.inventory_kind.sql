-- SPDX-License-Identifier: ISC
-- What devices are asked, and how often.
create or replace view admin.inventory_kind as
select k.name, k.hours, k.uris, k.enabled, k.description, k.changed_at
  from mdm.inventory_kind k;
comment on view admin.inventory_kind is 'What devices are asked, and how often.';
comment on column admin.inventory_kind.name is 'The name that inventory_kind_set takes.';
comment on column admin.inventory_kind.hours is 'How often.';
comment on column admin.inventory_kind.uris is 'The nodes.';
comment on column admin.inventory_kind.enabled is 'Whether they are asked for.';
comment on column admin.inventory_kind.description is 'What it is about.';
comment on column admin.inventory_kind.changed_at is 'Since when it is so.';

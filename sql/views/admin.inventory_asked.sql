-- SPDX-License-Identifier: ISC
-- When devices were asked what.
create or replace view admin.inventory_asked as
select a.device, a.kind, a.asked_at, a.answered_at, a.failures, a.os_version
  from mdm.inventory_asked a;
comment on view admin.inventory_asked is 'When devices were asked what.';
comment on column admin.inventory_asked.device is 'The device (device.id).';
comment on column admin.inventory_asked.kind is 'The question (inventory_kind.name).';
comment on column admin.inventory_asked.asked_at is 'When it was last asked.';
comment on column admin.inventory_asked.answered_at is 'When it last answered.';
comment on column admin.inventory_asked.failures is 'How often in a row it did not answer at all.';
comment on column admin.inventory_asked.os_version is 'What Windows it had then.';

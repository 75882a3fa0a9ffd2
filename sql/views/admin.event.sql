-- SPDX-License-Identifier: ISC
-- The audit trail.
create or replace view admin.event as
select nullif(e.device, '00000000-0000-0000-0000-000000000000') as device,
       e.seq, e.at, e.kind, e.actor, e.detail
  from mdm.event e;
comment on view admin.event is
  'The audit trail.';
comment on column admin.event.device is 'The device (device.id); null for the server.';
comment on column admin.event.seq is 'Counts the events of the device, or of the server.';
comment on column admin.event.at is 'When.';
comment on column admin.event.kind is 'What happened, as thing.act; or anomaly.';
comment on column admin.event.actor is 'The database role that was logged in.';
comment on column admin.event.detail is 'The particulars; never a secret.';

-- SPDX-License-Identifier: ISC
-- The audit trail; see audit_verify and audit_export.
create or replace view admin.event as
select nullif(e.device, '00000000-0000-0000-0000-000000000000') as device,
       e.seq, e.at, e.kind, e.actor, e.detail, e.operator, e.client,
       e.application, encode(e.sha256, 'hex') as sha256
  from mdm.event e;
comment on view admin.event is
  'The audit trail; see audit_verify and audit_export.';
comment on column admin.event.device is 'The device (device.id); null for the server.';
comment on column admin.event.seq is 'Counts the events of the device, or of the server.';
comment on column admin.event.at is 'When.';
comment on column admin.event.kind is 'What happened, as thing.act; or anomaly.';
comment on column admin.event.actor is 'The database role that was logged in.';
comment on column admin.event.detail is 'The particulars; never a secret.';
comment on column admin.event.operator is 'Who that role said it acts for (its setting fenestra.operator).';
comment on column admin.event.client is 'The address that it was connected from; null for a Unix socket.';
comment on column admin.event.application is 'Its application_name.';
comment on column admin.event.sha256 is 'SHA-256 of the event and of the one before it.';

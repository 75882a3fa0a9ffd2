-- SPDX-License-Identifier: ISC
-- What commands brought back.
create or replace view admin.result as
select c.command, r.device, r.uri, r.format, r.type, r.data, r.received_at,
       r.children
  from mdm.result r
  join mdm.command_any c on c.device = r.device and c.seq = r.seq;
comment on view admin.result is
  'What commands brought back.';
comment on column admin.result.command is 'The command (command.id).';
comment on column admin.result.device is 'The device (device.id).';
comment on column admin.result.uri is 'The node.';
comment on column admin.result.format is 'Meta/Format; null means chr.';
comment on column admin.result.type is 'Meta/Type.';
comment on column admin.result.data is 'The value.';
comment on column admin.result.received_at is 'When it last came.';
comment on column admin.result.children is 'For format node: the names of its child nodes, decoded.';

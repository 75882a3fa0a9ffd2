-- SPDX-License-Identifier: ISC
-- Alerts of devices, but for the plain ones that open or end a session.
create or replace view admin.alert as
select a.device, a.session, a.msg, a.cmd_id, a.ordinal, a.code, a.type,
       a.format, a.mark, a.source, a.data, a.received_at
  from mdm.alert a;
comment on view admin.alert is
  'Alerts of devices, but for the plain ones that open or end a session.';
comment on column admin.alert.device is 'The device (device.id).';
comment on column admin.alert.session is 'Counts the sessions of the device.';
comment on column admin.alert.msg is 'MsgID of the device.';
comment on column admin.alert.cmd_id is 'CmdID of the Alert.';
comment on column admin.alert.ordinal is 'Counts the items of the Alert.';
comment on column admin.alert.code is '1224 client event, 1226 generic alert, ...';
comment on column admin.alert.type is 'Meta/Type.';
comment on column admin.alert.format is 'Meta/Format.';
comment on column admin.alert.mark is 'Meta/Mark.';
comment on column admin.alert.source is 'Source/LocURI of the item.';
comment on column admin.alert.data is 'Data of the item.';
comment on column admin.alert.received_at is 'When it came.';

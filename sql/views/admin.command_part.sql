-- SPDX-License-Identifier: ISC
-- What commands of several parts hold, and how each part went.
create or replace view admin.command_part as
select c.command, p.device, p.part, p.parent, p.item, p.verb, p.uri, p.format,
       p.type, p.data, p.status, coalesce(k.class,
         case when p.status is null then null
              when p.status between 200 and 299 then 'done'
              else 'failed' end) as class, p.error
  from mdm.part p
  join mdm.command_any c on c.device = p.device and c.seq = p.seq
  left join mdm.status_class k on k.status = p.status;
comment on view admin.command_part is
  'What commands of several parts hold, and how each part went.';
comment on column admin.command_part.command is 'The command (command.id).';
comment on column admin.command_part.device is 'The device (device.id).';
comment on column admin.command_part.part is 'Counts the groups and Items of the command in their order.';
comment on column admin.command_part.parent is 'The part that is its group; 0: none.';
comment on column admin.command_part.item is 'Counts the Items of one element from 0.';
comment on column admin.command_part.verb is 'Atomic or Sequence for the group, else Add, Replace, Delete, Get or Exec.';
comment on column admin.command_part.uri is 'Target LocURI.';
comment on column admin.command_part.format is 'Meta/Format.';
comment on column admin.command_part.type is 'Meta/Type.';
comment on column admin.command_part.data is 'Data.';
comment on column admin.command_part.status is 'The last Status of the device.';
comment on column admin.command_part.class is 'What that means: done, accepted, retry, failed (in a failed Atomic: what really failed), rolled_back or unknown.';
comment on column admin.command_part.error is 'Its msft:originalerror.';

-- SPDX-License-Identifier: ISC
-- Remove an enrollment of a device with its certificates and their keys.
create or replace function mdm.enrollment_forget(in_device uuid,
  in_number int)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from mdm.device_key k
   using mdm.certificate c
   where c.device = in_device and c.enrollment = in_number
     and k.device = in_device
     and (k.kind, k.value) in (('serial', c.serial), ('certificate', c.sha256),
       ('public_key', sha256(c.public_key)));
  delete from mdm.device_key k
   using mdm.enrollment e
   where e.device = in_device and e.number = in_number
     and k.device = in_device
     and k.kind = 'public_key' and k.value = e.public_key_sha256;
  delete from mdm.certificate c
   where c.device = in_device and c.enrollment = in_number;
  delete from mdm.dm_account a
   where a.device = in_device and a.enrollment = in_number;
  delete from mdm.enrollment e
   where e.device = in_device and e.number = in_number;
end
$$;
comment on function mdm.enrollment_forget is
  'Remove an enrollment of a device with its certificates and their keys.';

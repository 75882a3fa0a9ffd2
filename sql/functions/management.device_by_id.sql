-- SPDX-License-Identifier: ISC
-- The device of a DeviceID, where the setting device_auth is one that needs no
-- certificate: the one that enrolled last, of those that may speak (or else
-- that left, and may ask for its last answer again), and with this user name
-- in its credential unless that is null.  On Citus this asks every shard.
create or replace function management.device_by_id(in_device_id text,
  in_auth_name text)
returns uuid
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from mdm.setting s where s.name = 'device_auth'
      and coalesce(s.value, s.preset) in ('digest', 'certificate-or-digest')) then
    return null;
  end if;
  return (
    select d.device
      from mdm.device d
     where d.device_id = in_device_id
       and d.state in ('enrolling', 'enrolled', 'unenrolled')
       and d.enrolled_at is not null
       and (in_auth_name is null or exists (select from mdm.enrollment e
         where e.device = d.device and e.auth_name = in_auth_name))
     order by d.state = 'unenrolled', d.enrolled_at desc, d.device
     limit 1);
end
$$;
comment on function management.device_by_id is
  'The newest enrolled device with a DeviceID and the user name of its credential; null when there is none, or device_auth asks for a certificate.';

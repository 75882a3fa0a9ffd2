-- SPDX-License-Identifier: ISC
-- A device enrolled over TLS with the certificate (in_presented, SHA-256) of
-- another one: whoever has that key is the same machine, so it takes the
-- other one's place, once its own certificate is seen.  Nothing happens when
-- the certificate does not count, is its own, or its device is blocked.
create or replace function enrollment.supersede(in_device uuid,
  in_presented bytea)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_old uuid;
begin
  select c.device into v_old
    from mdm.device_key k
    join mdm.certificate c on c.device = k.device and c.sha256 = k.value
    join mdm.device d on d.device = c.device
   where k.kind = 'certificate' and k.value = in_presented
     and c.state = 'issued' and now() >= c.not_before and now() < c.not_after
     and d.state in ('enrolling', 'enrolled') and c.device <> in_device;
  if not found then
    return;
  end if;
  perform mdm.lock(in_device);
  update mdm.device d set supersedes = v_old
   where d.device = in_device and d.supersedes is distinct from v_old;
  if found then
    perform mdm.event_add(in_device, 'device.supersedes',
      jsonb_build_object('old', v_old));
  end if;
end
$$;
comment on function enrollment.supersede is
  'Note that a device proved to be another one as well, whose place it takes.';

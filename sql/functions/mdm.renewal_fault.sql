-- SPDX-License-Identifier: ISC
-- Why a certificate of a device whose lock is held may not be renewed,
-- whenever that is; null when it may.
create or replace function mdm.renewal_fault(in_device uuid,
  in_old mdm.certificate, in_presented bytea, in_device_id text)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_device mdm.device;
  v_grace  interval;
begin
  select d.* into strict v_device from mdm.device d where d.device = in_device;
  select make_interval(days => coalesce(s.value, s.preset)::int)
    into strict v_grace
    from mdm.setting s where s.name = 'renewal_grace';
  return case
    when in_presented <> coalesce(in_old.sha256, '')
      then 'the request is not signed by the client certificate'
    when in_old.state <> 'issued' then 'the certificate is ' || in_old.state
    when v_device.state in ('blocked', 'unenrolled', 'retired')
      then 'the device is ' || v_device.state
    when lower(in_device_id) is distinct from lower(v_device.device_id)
      then 'DeviceID is not that of the certificate''s device'
    when now() < in_old.not_before then 'the certificate is not yet valid'
    when now() >= in_old.not_after + v_grace then 'expired, known device'
    when in_presented is null and now() < in_old.not_after
      then 'no client certificate'
  end;
end
$$;
comment on function mdm.renewal_fault is
  'Why a certificate may not be renewed at all; null when it may.';

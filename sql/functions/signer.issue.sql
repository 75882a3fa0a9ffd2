-- SPDX-License-Identifier: ISC
-- Store the certificate of a reservation, and which CA signed it.  The first
-- one wins and is what every caller gets back.  MD404: no reservation; MD409:
-- it was revoked.
create or replace function signer.issue(in_device uuid, in_serial bytea,
  in_certificate bytea, in_sha256 bytea, in_sha1 bytea, in_issuer bytea)
returns bytea
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_state   text;
  v_content bytea;
begin
  perform mdm.lock(in_device);
  select c.state, c.content into v_state, v_content
    from mdm.certificate c
   where c.device = in_device and c.serial = in_serial;
  if not found then
    raise exception 'nothing is reserved for this serial' using errcode = 'MD404';
  elsif v_state = 'revoked' then
    raise exception 'the certificate of this request was revoked'
      using errcode = 'MD409';
  elsif v_content is not null then
    return v_content;
  end if;

  insert into mdm.device_key (kind, value, device)
  values ('certificate', in_sha256, in_device);
  update mdm.certificate c
     set content = in_certificate, sha256 = in_sha256, sha1 = in_sha1, issuer = in_issuer,
         issued_at = now(),
         state = case c.state when 'reserved' then 'issued' else c.state end
   where c.device = in_device and c.serial = in_serial;
  update mdm.device d set enrolled_at = now() where d.device = in_device;
  perform mdm.event_add(in_device, 'certificate.issued', jsonb_build_object(
    'serial', encode(in_serial, 'hex'), 'sha256', encode(in_sha256, 'hex')));
  return in_certificate;
end
$$;
comment on function signer.issue is
  'Store a signed certificate; the first one wins and is given back.';

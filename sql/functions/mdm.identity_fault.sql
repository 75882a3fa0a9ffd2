-- SPDX-License-Identifier: ISC
-- Whether a device has shown who it is, as the setting device_auth has it;
-- what is missing.  Whether its password is right is another matter.
create or replace function mdm.identity_fault(in_device_auth text,
  in_certificate boolean, in_auth text, in_verified boolean)
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when in_device_auth = 'signature'
      and coalesce(in_auth, '') not in ('signature', 'signed')
      then 'the message is not signed'
    when in_auth = 'signature' and in_verified is not true
      then 'the signature is wrong'
    when in_auth = 'signature' and in_device_auth <> 'signature'
      then 'a signature does not do where device_auth is ' || in_device_auth
    when not in_certificate
      and in_device_auth not in ('digest', 'certificate-or-digest')
      then 'no certificate'
  end;
end
$$;
comment on function mdm.identity_fault is
  'What a message lacks of the certificate or signature that device_auth asks for; null when nothing.';

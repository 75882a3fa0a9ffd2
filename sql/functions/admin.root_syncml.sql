-- SPDX-License-Identifier: ISC
-- The SyncML that puts a certificate (PEM) into a store of the device: Root,
-- CA, TrustedPublisher, TrustedPeople or UntrustedCertificates.  For
-- profile_import, or root_install.  MD400: no such store, or no certificate.
create or replace function admin.root_syncml(in_certificate text,
  in_store text default 'Root')
returns text
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_der bytea := mdm.certificate_der(in_certificate);
begin
  if in_store is null or in_store not in ('Root', 'CA', 'TrustedPublisher',
    'TrustedPeople', 'UntrustedCertificates') then
    raise exception 'store: must be Root, CA, TrustedPublisher, TrustedPeople or UntrustedCertificates'
      using errcode = 'MD400';
  end if;
  return mdm.syncml_make(null, jsonb_build_array(jsonb_build_array('Replace',
    './Device/Vendor/MSFT/RootCATrustedCertificates/' || in_store || '/'
    || upper(encode(mdm.sha1(v_der), 'hex')) || '/EncodedCertificate', 'b64',
    translate(encode(v_der, 'base64'), E'\n', ''))));
end
$$;
comment on function admin.root_syncml is
  'The SyncML that puts a certificate into a store of the device.';

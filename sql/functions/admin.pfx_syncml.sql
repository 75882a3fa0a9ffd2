-- SPDX-License-Identifier: ISC
-- The SyncML that installs a certificate with its key from a PFX (base64).
-- in_password is the variable $(secret.NAME) of its password.  in_location:
-- 1 TPM, 2 TPM if there is one, 3 software, 4 Windows Hello; only 3 can be
-- exportable.  MD400: what is wrong.
create or replace function admin.pfx_syncml(in_id text, in_pfx text, in_password text,
  in_location int default 3, in_exportable boolean default false,
  in_user boolean default false)
returns text
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_pfx  text := regexp_replace(in_pfx, '\s', '', 'g');
  v_node text := './' || case when in_user then 'User' else 'Device' end
    || '/Vendor/MSFT/ClientCertificateInstall/PFXCertInstall/' || in_id;
begin
  perform mdm.secret_check('password', in_password);
  if in_id is null or in_id !~ '^[A-Za-z0-9._-]{1,64}$' then
    raise exception 'id: must be 1 to 64 letters, digits, dots, hyphens and underscores'
      using errcode = 'MD400';
  elsif in_pfx is null or v_pfx !~ '^MI[A-Za-z0-9+/]+={0,2}$' or length(v_pfx) % 4 <> 0 then
    raise exception 'pfx: must be base64 of a PKCS #12 file' using errcode = 'MD400';
  elsif in_location is null or in_location not between 1 and 4 then
    raise exception 'location: must be 1, 2, 3 or 4' using errcode = 'MD400';
  elsif in_exportable and in_location <> 3 then
    raise exception 'exportable: only in software (3)' using errcode = 'MD400';
  end if;
  -- The Add of the PFX begins the import: it comes last.
  return mdm.syncml_make('Atomic', jsonb_build_array(
      jsonb_build_array('Add', v_node || '/KeyLocation', 'int', in_location),
      jsonb_build_array('Add', v_node || '/PFXCertPassword', 'chr', in_password),
      jsonb_build_array('Add', v_node || '/PFXCertPasswordEncryptionType', 'int', 0))
    || case when in_location = 3 then jsonb_build_array(jsonb_build_array('Add',
         v_node || '/PFXKeyExportable', 'bool', in_exportable)) else '[]' end
    || jsonb_build_array(jsonb_build_array('Add', v_node || '/PFXCertBlob', 'chr', v_pfx)));
end
$$;
comment on function admin.pfx_syncml is
  'The SyncML that installs a certificate with its key from a PFX.';

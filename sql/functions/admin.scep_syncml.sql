-- SPDX-License-Identifier: ISC
-- The SyncML that has a device enroll a certificate by SCEP: it makes a key,
-- in_key_protection 1 in the TPM, 2 there if there is one, 3 in software, 4
-- in Windows Hello, and sends its request to in_url.  in_challenge is the
-- variable $(secret.NAME) of the challenge, in_ca_sha1 the thumbprint of the
-- CA.  MD400: what is wrong.
create or replace function admin.scep_syncml(in_id text, in_url text, in_challenge text,
  in_subject text, in_ca_sha1 text, in_eku text default '1.3.6.1.5.5.7.3.2',
  in_key_usage int default 160, in_key_length int default 2048,
  in_hash text default 'SHA-2', in_key_protection int default 3,
  in_alternative_names text default null, in_days int default null,
  in_user boolean default false)
returns text
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fault text;
  v_node  text := './' || case when in_user then 'User' else 'Device' end
    || '/Vendor/MSFT/ClientCertificateInstall/SCEP/' || in_id;
begin
  perform mdm.secret_check('challenge', in_challenge);
  v_fault := case
    when in_id is null or in_id !~ '^[A-Za-z0-9._-]{1,64}$'
      then 'id: must be 1 to 64 letters, digits, dots, hyphens and underscores'
    when in_url is null or in_url !~ '^https?://[!-~]+$'
      then 'url: must be an http or https URL'
    when in_subject is null or in_subject !~ '^[A-Za-z.0-9]+=' then 'subject: must be a name as CN=...'
    when in_ca_sha1 is null or in_ca_sha1 !~ '^[0-9A-Fa-f]{40}$'
      then 'ca_sha1: must be 40 hexadecimal digits'
    when in_eku is null or in_eku !~ '^[0-9]+(\.[0-9]+)+(\+[0-9]+(\.[0-9]+)+)*$'
      then 'eku: must be object identifiers with + between them'
    when in_key_usage is null or in_key_usage not in (32, 128, 160)
      then 'key_usage: must be 32, 128 or 160'
    when in_key_length is null or in_key_length not in (2048, 4096)
      then 'key_length: must be 2048 or 4096'
    when in_hash is null or in_hash !~ '^SHA-[123](\+SHA-[123])*$'
      then 'hash: must be SHA-2, or several with + between them'
    when in_key_protection is null or in_key_protection not between 1 and 4
      then 'key_protection: must be 1, 2, 3 or 4'
    when in_days < 1 then 'days: must be 1 or more'
  end;
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD400';
  end if;
  -- Enroll begins it: it comes last.
  return mdm.syncml_make('Atomic',
    jsonb_build_array(jsonb_build_array('Add', v_node, 'node', null))
    || (select jsonb_agg(jsonb_build_array('Add', v_node || '/Install/' || n, f, d) order by o)
          from (values (1, 'ServerURL', 'chr', in_url),
            (2, 'Challenge', 'chr', in_challenge), (3, 'EKUMapping', 'chr', in_eku),
            (4, 'KeyUsage', 'int', in_key_usage::text),
            (5, 'SubjectName', 'chr', in_subject),
            (6, 'KeyProtection', 'int', in_key_protection::text),
            (7, 'KeyLength', 'int', in_key_length::text),
            (8, 'HashAlgorithm', 'chr', in_hash),
            (9, 'CAThumbprint', 'chr', upper(in_ca_sha1)),
            (10, 'SubjectAlternativeNames', 'chr', in_alternative_names),
            (11, 'ValidPeriod', 'chr', case when in_days is not null then 'Days' end),
            (12, 'ValidPeriodUnits', 'int', in_days::text)) v (o, n, f, d)
         where d is not null)
    || jsonb_build_array(jsonb_build_array('Exec', v_node || '/Install/Enroll', 'null', null)));
end
$$;
comment on function admin.scep_syncml is
  'The SyncML that has a device enroll a certificate by SCEP.';

-- SPDX-License-Identifier: ISC
-- Have a device enroll a certificate by SCEP, as scep_syncml has it.  Its
-- state is asked for at each session.  MD404: no such device; MD409: it has
-- left.
create or replace function admin.scep_install(in_device uuid, in_id text, in_url text, in_challenge text,
  in_subject text, in_ca_sha1 text, in_eku text default '1.3.6.1.5.5.7.3.2',
  in_key_usage int default 160, in_key_length int default 2048,
  in_hash text default 'SHA-2', in_key_protection int default 3,
  in_alternative_names text default null, in_days int default null,
  in_user boolean default false)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_node text := './' || case when in_user then 'User' else 'Device' end
    || '/Vendor/MSFT/ClientCertificateInstall/SCEP/' || in_id || '/Install';
begin
  return mdm.action_add(in_device, 'scep_install', mdm.parts_syncml(
    admin.scep_syncml(in_id, in_url, in_challenge, in_subject, in_ca_sha1,
      in_eku, in_key_usage, in_key_length, in_hash, in_key_protection,
      in_alternative_names, in_days, in_user)),
    jsonb_build_object('id', in_id), array[v_node || '/Status',
      v_node || '/ErrorCode']);
end
$$;
comment on function admin.scep_install is
  'Have a device enroll a certificate by SCEP; says the id of the action.';

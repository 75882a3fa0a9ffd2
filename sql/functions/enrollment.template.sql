-- SPDX-License-Identifier: ISC
-- The active certificate template.
create or replace function enrollment.template()
returns table (name text, policy_schema int, minimal_key_length int,
  maximal_key_length int, key_types text[], hash_oid text, hash_name text,
  validity_seconds bigint, renewal_seconds bigint, crypto_providers text[],
  major_revision int, minor_revision int)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select t.name, t.policy_schema, t.minimal_key_length,
           t.maximal_key_length, t.key_types, t.hash_oid, t.hash_name,
           t.validity_seconds, t.renewal_seconds, t.crypto_providers,
           t.major_revision, t.minor_revision
      from mdm.template t
     where t.active;
end
$$;
comment on function enrollment.template is
  'What a certificate request must look like and how long the certificate lasts.';

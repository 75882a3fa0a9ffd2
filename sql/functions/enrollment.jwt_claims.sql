-- SPDX-License-Identifier: ISC
-- What a JWT, whose signature is good, is worth: the user, or the reason why
-- not.  Without tenants none is worth anything.  Clocks may differ by five
-- minutes.
create or replace function enrollment.jwt_claims(in_payload text,
  out upn text, out reason text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_claims jsonb := in_payload::jsonb;
  v_now    numeric := extract(epoch from clock_timestamp());
  v_skew   constant numeric := 300;
  v_tenant mdm.tenant;
  v_upn    text;
begin
  if mdm.claim_text(v_claims, 'tid') ~ '^[0-9A-Fa-f-]{36}$' then
    select * into v_tenant from mdm.tenant t
     where t.tenant::text = lower(mdm.claim_text(v_claims, 'tid'));
  end if;
  v_upn := coalesce(mdm.claim_text(v_claims, 'upn'),
    mdm.claim_text(v_claims, 'preferred_username'));
  reason := 'JWT: ' || case
    when v_tenant.tenant is null then 'tid is not a tenant of ours'
    when mdm.claim_text(v_claims, 'iss') = any (v_tenant.issuers) is not true
      then 'iss is not the tenant''s'
    when not exists (select from jsonb_array_elements(
        case jsonb_typeof(v_claims->'aud') when 'array' then v_claims->'aud'
             else jsonb_build_array(v_claims->'aud') end) as a (value)
      where jsonb_typeof(a.value) = 'string' and a.value #>> '{}' = any (v_tenant.audiences))
      then 'aud is not ours'
    when mdm.claim_number(v_claims, 'exp') is null then 'no exp'
    when mdm.claim_number(v_claims, 'exp') + v_skew <= v_now then 'it has expired'
    when mdm.claim_number(v_claims, 'nbf') is null then 'no nbf'
    when mdm.claim_number(v_claims, 'nbf') - v_skew > v_now then 'it is not yet valid'
    when v_claims ? 'iat' and coalesce(
      mdm.claim_number(v_claims, 'iat') - v_skew > v_now, true)
      then 'iat is not in the past'
    when v_tenant.scope = any (string_to_array(
      mdm.claim_text(v_claims, 'scp'), ' ')) is not true
      then 'scp has no ' || v_tenant.scope
    when v_upn ~ '^[^[:cntrl:][:space:]@]+@[^[:cntrl:][:space:]@]+$' is not true
      or length(v_upn) > 255 then 'no upn'
    when (mdm.user_parts(v_upn)).domain <> all (v_tenant.domains)
      then 'upn is of another domain'
    when (mdm.way_for('jwt', (mdm.user_parts(v_upn)).domain)).credential is null
      then 'no way in by jwt for this domain'
  end;
  if reason is null then
    upn := v_upn;
  end if;
end
$$;
comment on function enrollment.jwt_claims is
  'The user of a JWT whose signature is good, or the reason why not.';

-- SPDX-License-Identifier: ISC
-- The number of the next CRL of a CA, and an event that it was written.
-- MD404: the signer has not noted this CA.
create or replace function signer.crl_number(in_issuer bytea) returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_number bigint;
begin
  update mdm.authority a set crl_number = a.crl_number + 1, crl_at = now()
   where a.sha256 = in_issuer
  returning a.crl_number into v_number;
  if not found then
    raise exception 'no such authority' using errcode = 'MD404';
  end if;
  perform mdm.event_add(null, 'authority.crl', jsonb_build_object(
    'sha256', encode(in_issuer, 'hex'), 'number', v_number));
  return v_number;
end
$$;
comment on function signer.crl_number is
  'The number of the next CRL of a CA: each is given once.';

-- SPDX-License-Identifier: ISC
-- A certificate in DER, from PEM or bare base64.  MD400: it is none.
create or replace function mdm.certificate_der(in_certificate text)
returns bytea
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_der bytea;
begin
  begin
    v_der := decode(regexp_replace(regexp_replace(in_certificate,
      '-----(BEGIN|END) CERTIFICATE-----', '', 'g'), '\s', '', 'g'), 'base64');
  exception when invalid_parameter_value or invalid_text_representation then
    v_der := null;
  end;
  -- One SEQUENCE of two octets of length, which is all there is.
  if v_der is null or length(v_der) < 64 or substr(v_der, 1, 2) <> '\x3082'
    or get_byte(v_der, 2) * 256 + get_byte(v_der, 3) + 4 <> length(v_der) then
    raise exception 'certificate: must be one certificate in PEM or base64'
      using errcode = 'MD400';
  end if;
  return v_der;
end
$$;
comment on function mdm.certificate_der is
  'A certificate in DER, from PEM or bare base64.';

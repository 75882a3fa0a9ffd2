-- SPDX-License-Identifier: ISC
-- Whether data are not of the size that was announced.  It is not known what
-- devices count: octets as sent, characters, or octets once base64 is decoded.
create or replace function mdm.size_fault(in_data text, in_size bigint)
returns boolean
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_base64 text;
begin
  if in_size is null or in_size in (coalesce(octet_length(in_data), 0),
      coalesce(length(in_data), 0)) then
    return false;
  end if;
  v_base64 := translate(in_data, E' \t\r\n', '');
  return (v_base64 ~ '^[A-Za-z0-9+/]*={0,2}$' and length(v_base64) % 4 = 0
    and length(v_base64) / 4 * 3 - length(substring(v_base64 from '=*$')) = in_size)
    is not true;
end
$$;
comment on function mdm.size_fault is
  'Whether data have another size than announced, however it is counted.';

-- SPDX-License-Identifier: ISC
-- The name of the key that a value is sealed with; null for a clear one.  The
-- form is that of common/seal.h.
create or replace function mdm.seal_key(in_value text) returns text
language plpgsql immutable strict
set search_path = pg_catalog, pg_temp
as $$
begin
  -- 12 characters of base64 are the version and the 8 bytes of the key.
  return case when in_value ~ '^seal:[A-Za-z0-9+/]{50,}={0,2}$'
    then substr(encode(decode(substr(in_value, 6, 12), 'base64'), 'hex'), 3) end;
end
$$;
comment on function mdm.seal_key is
  'The key that a value is sealed with, in hex; null for a clear one.';

-- SPDX-License-Identifier: ISC
-- See mdm.reseal: false when the value is not the old one any more.
create or replace function management.reseal(in_device uuid, in_purpose text,
  in_old text, in_new text)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return mdm.reseal(in_device, in_purpose, in_old, in_new);
end
$$;
comment on function management.reseal is
  'Put a sealed value in the place of a clear one or of an older key''s.';

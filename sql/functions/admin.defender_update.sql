-- SPDX-License-Identifier: ISC
-- Have Defender fetch new signatures.  MD404: no such device; MD409: it has
-- left.
create or replace function admin.defender_update(in_device uuid)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return mdm.action_add(in_device, 'defender_update', mdm.parts_make(null,
    '[["Exec", "./Device/Vendor/MSFT/Defender/UpdateSignature", "chr", null]]'));
end
$$;
comment on function admin.defender_update is
  'Have Defender fetch new signatures; says the id of the action.';

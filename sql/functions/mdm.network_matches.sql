-- SPDX-License-Identifier: ISC
-- Whether an address lies in one of some networks.  Without networks every
-- one does; with them nothing does that is no address.
create or replace function mdm.network_matches(in_address text, in_networks cidr[])
returns boolean
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return in_networks is null
    or coalesce(regexp_replace(in_address, '^::ffff:(?=[0-9]+\.)', '', 'i')::inet
         <<= any (in_networks), false);
exception when invalid_text_representation then
  return false;
end
$$;
comment on function mdm.network_matches is
  'Whether an address lies in one of some networks; without networks every one does.';

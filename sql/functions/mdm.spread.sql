-- SPDX-License-Identifier: ISC
-- A device's place from 0 to 9999, another one for each purpose, but always
-- the same: who is among the first percent, and when in a day whose turn is.
create or replace function mdm.spread(in_device uuid, in_purpose text)
returns int
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select (('x' || substr(md5(in_device::text || in_purpose), 1, 7))::bit(28)::int
    % 10000);
$$;
comment on function mdm.spread is
  'A device''s fixed place from 0 to 9999 for a purpose: devices are spread evenly.';

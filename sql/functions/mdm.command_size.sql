-- SPDX-License-Identifier: ISC
-- Octets that a command of one Item takes in a message, rounded up.
create or replace function mdm.command_size(in_uri text, in_type text,
  in_data text)
returns int
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return 256 + mdm.xml_size(in_uri) + mdm.xml_size(in_type)
    + coalesce(mdm.xml_size(in_data), 0);
end
$$;
comment on function mdm.command_size is
  'Octets that a command of one Item takes in a message, rounded up.';

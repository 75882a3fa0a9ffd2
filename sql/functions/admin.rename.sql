-- SPDX-License-Identifier: ISC
-- Give a device another computer name, which holds after its next restart:
-- up to 15 letters, digits and hyphens, not only digits; or with the macros
-- %SERIAL% and %RAND:n%.  MD400: no such name; MD404: no such device; MD409:
-- it has left.
create or replace function admin.rename(in_device uuid, in_name text)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  -- A macro stands for one character at least.
  v_plain text := regexp_replace(in_name, '%(SERIAL|RAND:[1-9])%', 'x', 'g');
begin
  if in_name is null or v_plain !~ '^[A-Za-z0-9]([A-Za-z0-9-]{0,13}[A-Za-z0-9])?$'
    or in_name ~ '^[0-9]+$' then
    raise exception 'name: must be 1 to 15 letters, digits and hyphens, not only digits'
      using errcode = 'MD400';
  end if;
  return mdm.action_add(in_device, 'rename', mdm.parts_make(null,
      jsonb_build_array(jsonb_build_array('Replace',
        './DevDetail/Ext/Microsoft/DNSComputerName', 'chr', in_name))),
    jsonb_build_object('name', in_name));
end
$$;
comment on function admin.rename is
  'Give a device another computer name; says the id of the action.';

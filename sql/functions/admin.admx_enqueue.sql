-- SPDX-License-Identifier: ISC
-- Have a device take in an ADMX file, after which its policies can be set.
-- Says the command's id.  Its $(string.X) are no variables of the server.  MD404: no such file, or as enqueue.
create or replace function admin.admx_enqueue(in_device uuid, in_name text)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_admx mdm.admx;
begin
  select * into v_admx from mdm.admx a where a.name = in_name;
  if not found then
    raise exception 'no ADMX file "%"', in_name using errcode = 'MD404';
  end if;
  return mdm.command_add(in_device, mdm.parts_plain('Add', v_admx.uri,
    replace(v_admx.content, '$(', '$' || '$('), 'chr', 'text/plain'));
end
$$;
comment on function admin.admx_enqueue is
  'Have a device take in an ADMX file; says the command''s id.';

-- SPDX-License-Identifier: ISC
-- Remove a secret, of one device or, without, that of all.  MD404: no such
-- secret.
create or replace function admin.secret_remove(in_name text,
  in_device uuid default null)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from mdm.secret s
   where s.name = in_name
     and s.device = coalesce(in_device, '00000000-0000-0000-0000-000000000000');
  if not found then
    raise exception 'no secret "%"', in_name using errcode = 'MD404';
  end if;
  perform mdm.event_add(in_device, 'secret.removed', jsonb_build_object('name', in_name));
end
$$;
comment on function admin.secret_remove is
  'Remove a secret, of one device or that of all.';

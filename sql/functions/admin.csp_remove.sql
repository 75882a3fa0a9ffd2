-- SPDX-License-Identifier: ISC
-- Forget what a DDF file brought.  MD404: there is none of that name.
create or replace function admin.csp_remove(in_file text) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from mdm.csp_node n
   using mdm.csp_root r where r.file = in_file and n.root = r.root;
  delete from mdm.csp_root r where r.file = in_file;
  if not found then
    raise exception 'no DDF file "%"', in_file using errcode = 'MD404';
  end if;
  perform mdm.event_add(null, 'csp.removed', jsonb_build_object('file', in_file));
end
$$;
comment on function admin.csp_remove is 'Forget what a DDF file brought.';

-- SPDX-License-Identifier: ISC
-- The link that opens Windows' own enrollment with this server, to be sent to
-- a user; with a user name it is filled in.
create or replace function admin.enrollment_link(in_upn text default null)
returns text
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return mdm.enrollment_link(in_upn);
end
$$;
comment on function admin.enrollment_link is
  'The link that opens Windows'' own enrollment with this server, for a user or for anybody.';

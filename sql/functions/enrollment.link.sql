-- SPDX-License-Identifier: ISC
-- The link that opens Windows' own enrollment, for the page /enroll.
create or replace function enrollment.link(in_upn text) returns text
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return mdm.enrollment_link(in_upn);
end
$$;
comment on function enrollment.link is
  'The link that opens Windows'' own enrollment with this server.';

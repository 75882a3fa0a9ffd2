-- SPDX-License-Identifier: ISC
-- The link that opens Windows' own enrollment, for this server, and with the
-- user name filled in where there is one.
create or replace function mdm.enrollment_link(in_upn text) returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_url text;
begin
  select coalesce(s.value, s.preset) into strict v_url
    from mdm.setting s where s.name = 'enrollment_url';
  return 'ms-device-enrollment:?mode=mdm'
         || coalesce('&username=' || mdm.url_encode(nullif(in_upn, '')), '')
         || '&servername=' || mdm.url_encode(v_url);
end
$$;
comment on function mdm.enrollment_link is
  'The link that opens Windows'' own enrollment with this server.';

-- SPDX-License-Identifier: ISC
-- A user whom Entra vouches for is to see the terms of use.  With nothing to
-- accept all is done, and blob is what Windows keeps, in the form of a URL;
-- else ticket is for the page.
create or replace function enrollment.terms_page(in_upn text,
  out done boolean, out version text, out content text, out ticket text,
  out blob text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_terms record;
begin
  v_terms := mdm.terms_due(in_upn);
  version := v_terms.version;
  content := v_terms.content;
  done := version is null;
  if done then
    blob := mdm.url_encode(mdm.terms_blob());
  else
    ticket := mdm.ticket_make(in_upn, 'terms');
  end if;
end
$$;
comment on function enrollment.terms_page is
  'The terms that a user of Entra has to accept, with a ticket for their page.';

-- SPDX-License-Identifier: ISC
-- What a user of Entra says to the terms of use, by the ticket (its SHA-256)
-- of their page.  in_version: those that are accepted, or null.  Without what
-- is due the page comes again, and the ticket stays; else all is done, and
-- blob is what Windows keeps, in the form of a URL, or null if they were
-- declined.  MD404: no such ticket, or not any more.
create or replace function enrollment.terms_answer(in_ticket bytea,
  in_version text, in_decline boolean, in_source text, out done boolean,
  out upn text, out version text, out content text, out blob text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_terms record;
begin
  select t.upn into upn from mdm.page_ticket t
   where t.sha256 = in_ticket and t.expires_at >= now() and t.purpose = 'terms'
     for update;
  if not found then
    raise exception 'no such ticket, or not any more' using errcode = 'MD404';
  end if;
  v_terms := mdm.terms_due(upn);
  done := in_decline or v_terms.version is null
    or v_terms.version is not distinct from in_version;
  if not done then
    version := v_terms.version;
    content := v_terms.content;
    return;
  elsif in_decline then
    perform mdm.event_add(null, 'terms.declined', jsonb_build_object(
      'upn', lower(upn), 'version', v_terms.version));
  else
    if v_terms.version is not null then
      perform mdm.terms_accept(upn, in_version, in_source);
    end if;
    blob := mdm.url_encode(mdm.terms_blob());
  end if;
  delete from mdm.page_ticket t where t.sha256 = in_ticket;
end
$$;
comment on function enrollment.terms_answer is
  'Take what a user of Entra says to the terms of use.';

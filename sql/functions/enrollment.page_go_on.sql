-- SPDX-License-Identifier: ISC
-- A user goes on from the page that a ticket (its SHA-256) is for.
-- in_remote_user: who the front server says it is, which has to be the same,
-- or null where it is not asked.  in_version: the terms that are accepted, or
-- null.  Without what is due the page comes again, and the ticket stays; else
-- secret is the token for the device.  MD404: no such ticket, or not any more.
create or replace function enrollment.page_go_on(in_ticket bytea,
  in_remote_user text, in_version text, in_source text, out done boolean,
  out upn text, out version text, out content text, out secret text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_remote text;
  v_terms  record;
begin
  if in_remote_user is not null then
    v_remote := enrollment.remote_user(in_remote_user);
  end if;
  select t.upn into upn from mdm.page_ticket t
   where t.sha256 = in_ticket and t.expires_at >= now()
     and t.purpose = 'sign-in' and t.upn = coalesce(v_remote, t.upn)
     for update;
  if not found then
    raise exception 'no such ticket, or not any more' using errcode = 'MD404';
  end if;
  v_terms := mdm.terms_due(upn);
  done := v_terms.version is null or v_terms.version is not distinct from in_version;
  if not done then
    version := v_terms.version;
    content := v_terms.content;
    return;
  elsif v_terms.version is not null then
    perform mdm.terms_accept(upn, in_version, in_source);
  end if;
  delete from mdm.page_ticket t where t.sha256 = in_ticket;
  secret := mdm.page_token(upn);
end
$$;
comment on function enrollment.page_go_on is
  'Let a user who accepts what is due go on from a page to the token.';

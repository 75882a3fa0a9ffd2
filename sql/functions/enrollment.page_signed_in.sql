-- SPDX-License-Identifier: ISC
-- A user has proved to the sign-in page who it is.  Either all is done, and
-- secret is the token for the device; or a page is left to go through, and
-- secret is the ticket for it: the terms of use, or with in_ask a click,
-- where the user did nothing yet.  MD403: users of that domain do not enroll
-- by the sign-in page.
create or replace function enrollment.page_signed_in(in_upn text,
  in_ask boolean, out done boolean, out version text, out content text,
  out secret text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_way   mdm.way;
  v_terms record;
begin
  v_way := mdm.way_for('federated', (mdm.user_parts(in_upn)).domain);
  if v_way.credential is null then
    raise exception 'no way in by the sign-in page for "%"', in_upn
      using errcode = 'MD403';
  end if;
  v_terms := mdm.terms_due(in_upn);
  version := v_terms.version;
  content := v_terms.content;
  done := version is null and not in_ask;
  if done then
    secret := mdm.page_token(in_upn);
    return;
  end if;
  secret := mdm.ticket_make(in_upn, 'sign-in');
end
$$;
comment on function enrollment.page_signed_in is
  'Give a user who has signed in a token, or a ticket for the page that is left.';

-- SPDX-License-Identifier: ISC
-- Make a ticket for a page that a user has to go through: good for ten
-- minutes and that page alone, and stored as its hash.
create or replace function mdm.ticket_make(in_upn text, in_purpose text)
returns text
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_ticket text := mdm.token_make();
begin
  perform mdm.page_prune();
  insert into mdm.page_ticket (sha256, upn, expires_at, purpose)
  values (sha256(convert_to(v_ticket, 'UTF8')), in_upn,
    now() + interval '10 minutes', in_purpose);
  return v_ticket;
end
$$;
comment on function mdm.ticket_make is
  'Make a ticket for a page that a user has to go through.';

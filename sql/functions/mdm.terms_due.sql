-- SPDX-License-Identifier: ISC
-- The terms of use that a user has not accepted yet, if there are any.
create or replace function mdm.terms_due(in_upn text, out version text,
  out content text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  select t.version, t.content into version, content
    from mdm.terms t
   where t.current and not exists (
     select from mdm.terms_acceptance a
      where a.upn = lower(in_upn) and a.version = t.version);
end
$$;
comment on function mdm.terms_due is
  'The terms of use that a user has not accepted yet, if there are any.';

-- SPDX-License-Identifier: ISC
-- Record that a user accepts the terms of use.  Once is enough: the first
-- time is the one that counts.
create or replace function mdm.terms_accept(in_upn text, in_version text,
  in_source text) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into mdm.terms_acceptance (upn, version, accepted_at, source)
  values (lower(in_upn), in_version, now(), in_source)
  on conflict do nothing;
  if found then
    perform mdm.event_add(null, 'terms.accepted', jsonb_build_object(
      'upn', lower(in_upn), 'version', in_version));
  end if;
end
$$;
comment on function mdm.terms_accept is
  'Record that a user accepts the terms of use.';

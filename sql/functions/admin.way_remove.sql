-- SPDX-License-Identifier: ISC
-- Remove the row of a domain, whose users then have what '*' says.
-- MD404: no such row; MD400: '*' can only be closed.
create or replace function admin.way_remove(in_credential text, in_domain text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if in_domain = '*' then
    raise exception 'domain: * is closed with way_set, not removed' using errcode = 'MD400';
  end if;
  delete from mdm.way w
   where w.credential = in_credential and w.domain = lower(in_domain);
  if not found then
    raise exception 'no way % for "%"', in_credential, in_domain using errcode = 'MD404';
  end if;
  perform mdm.event_add(null, 'way.removed', jsonb_build_object(
    'credential', in_credential, 'domain', lower(in_domain)));
end
$$;
comment on function admin.way_remove is
  'Remove the row of a domain, whose users then have what * says.';

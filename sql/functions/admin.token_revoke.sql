-- SPDX-License-Identifier: ISC
-- No device enrolls with this token any more; those that did stay.
-- MD404: no such token.
create or replace function admin.token_revoke(in_id uuid) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update mdm.token t set revoked_at = coalesce(t.revoked_at, now())
   where t.id = in_id;
  if not found then
    raise exception 'no token %', in_id using errcode = 'MD404';
  end if;
  perform mdm.event_add(null, 'token.revoked', jsonb_build_object('id', in_id));
end
$$;
comment on function admin.token_revoke is
  'No device enrolls with this token any more; those that did stay.';

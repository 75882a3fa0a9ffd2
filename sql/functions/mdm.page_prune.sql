-- SPDX-License-Identifier: ISC
-- Remove some of the tickets and tokens that nobody needs any more: tickets
-- that are over; of tokens those of pages a day later, and an administrator's
-- as many days later as token_days says, as their requests may come again
-- until then.  One transaction at a time, so that none waits for another.
create or replace function mdm.page_prune() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_most constant int := 100;
begin
  if not pg_try_advisory_xact_lock('mdm.page_ticket'::regclass::oid::bigint) then
    return;
  end if;
  delete from mdm.page_ticket t where t.sha256 in (
    select o.sha256 from mdm.page_ticket o
     where o.expires_at < now()
     order by o.expires_at limit v_most);
  delete from mdm.token t where t.sha256 in (
    select o.sha256 from mdm.token o
     where o.credential = 'federated' and o.expires_at < now() - interval '1 day'
     order by o.expires_at limit v_most);
  delete from mdm.token t where t.sha256 in (
    select o.sha256 from mdm.token o
     where o.expires_at < now() - make_interval(days => mdm.setting_int('token_days'))
     order by o.expires_at limit v_most);
  delete from mdm.jwt_use u where u.sha256 in (
    select o.sha256 from mdm.jwt_use o
     where o.expires_at < now()
     order by o.expires_at limit v_most);
end
$$;
comment on function mdm.page_prune is
  'Remove some of the tickets and tokens that are over.';

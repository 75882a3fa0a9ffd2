-- SPDX-License-Identifier: ISC
-- Remove a webhook, with what it has not been told.  MD404: no such webhook.
create or replace function admin.webhook_remove(in_name text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_lost bigint;
begin
  delete from mdm.webhook w where w.name = in_name;
  if not found then
    raise exception 'no webhook "%"', in_name using errcode = 'MD404';
  end if;
  delete from mdm.outbox o where o.webhook = in_name;
  get diagnostics v_lost = row_count;
  perform mdm.event_add(null, 'webhook.removed', jsonb_build_object(
    'webhook', in_name, 'lost', v_lost));
end
$$;
comment on function admin.webhook_remove is
  'Remove a webhook, with what it has not been told.';

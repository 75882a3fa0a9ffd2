-- SPDX-License-Identifier: ISC
-- Try again what was given up: all of a webhook.  Says how many.  MD404: no
-- such webhook.
create or replace function admin.webhook_resend(in_name text)
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count bigint;
begin
  update mdm.webhook w set failures = 0, paused_until = '-infinity'
   where w.name = in_name;
  if not found then
    raise exception 'no webhook "%"', in_name using errcode = 'MD404';
  end if;
  update mdm.outbox o set dead = false, attempts = 0, next_at = now()
   where o.webhook = in_name and o.dead;
  get diagnostics v_count = row_count;
  perform mdm.event_add(null, 'webhook.resent', jsonb_build_object(
    'webhook', in_name, 'deliveries', v_count));
  return v_count;
end
$$;
comment on function admin.webhook_resend is
  'Try again all that was given up of a webhook; says how many.';

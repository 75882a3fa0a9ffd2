-- SPDX-License-Identifier: ISC
-- Send a webhook an event of the kind webhook.test, whatever kinds it is told
-- of otherwise.  MD404: no such webhook.
create or replace function admin.webhook_test(in_name text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from mdm.webhook w where w.name = in_name) then
    raise exception 'no webhook "%"', in_name using errcode = 'MD404';
  end if;
  perform mdm.event_add(null, 'webhook.test', jsonb_build_object('webhook', in_name));
  insert into mdm.outbox (device, seq, webhook)
  select c.device, c.event, in_name
    from mdm.counter c
   where c.device = '00000000-0000-0000-0000-000000000000';
end
$$;
comment on function admin.webhook_test is
  'Send a webhook an event of the kind webhook.test.';

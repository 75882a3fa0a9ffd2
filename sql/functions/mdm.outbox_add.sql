-- SPDX-License-Identifier: ISC
-- Put an event into the outbox of each webhook that wants its kind.  What
-- happens to webhooks themselves is told to nobody: it would feed itself.
create or replace function mdm.outbox_add(in_device uuid, in_seq bigint,
  in_kind text)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into mdm.outbox (device, seq, webhook)
  select in_device, in_seq, w.name
    from mdm.webhook w
   where w.enabled and in_kind like any (w.kinds)
     and in_kind not like 'webhook.%';
end
$$;
comment on function mdm.outbox_add is
  'Put an event into the outbox of each webhook that wants its kind.';

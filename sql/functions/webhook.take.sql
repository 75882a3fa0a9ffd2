-- SPDX-License-Identifier: ISC
-- Take at most in_limit deliveries that are due, and of each webhook no more
-- than four, so that one that is slow does not take all places.  They are
-- this sender's for two minutes, longer than it may take to send them; if it
-- is killed they are sent again after that.  body is the JSON to send.
create or replace function webhook.take(in_limit int)
returns table (device uuid, seq bigint, webhook text, url text, secret text,
  delivery uuid, attempt int, body text)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The outer condition is looked at again by who waited for another sender.
  return query
    with due as (
      select o.device, o.seq, o.webhook,
             row_number() over (partition by o.webhook order by o.next_at) as n
        from mdm.outbox o
        join mdm.webhook w on w.name = o.webhook
        join mdm.event e on e.device = o.device and e.seq = o.seq
       where o.next_at <= now() and not o.dead
         and w.enabled and w.paused_until <= now()
    ), taken as (
      update mdm.outbox o
         set next_at = now() + interval '2 minutes', attempts = o.attempts + 1
       where not o.dead and o.next_at <= now()
         and (o.device, o.seq, o.webhook) in (select d.device, d.seq, d.webhook
                from due d where d.n <= 4 order by d.n limit in_limit)
      returning o.*
    )
    select t.device, t.seq, t.webhook, w.url, w.secret, t.delivery, t.attempts,
           mdm.webhook_body(t.device, t.seq, t.delivery)
      from taken t
      join mdm.webhook w on w.name = t.webhook;
end
$$;
comment on function webhook.take is
  'Deliveries that are due, for this sender alone for two minutes.';

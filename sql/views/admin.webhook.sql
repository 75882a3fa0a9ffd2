-- SPDX-License-Identifier: ISC
-- Who is told of events; never with the secret.
create or replace view admin.webhook as
select w.name, w.url, w.kinds, w.enabled, w.created_at, w.delivered,
       w.delivered_at, w.failures,
       case when w.paused_until > now() then w.paused_until end as paused_until,
       (select count(*) from mdm.outbox o
         where o.webhook = w.name and not o.dead) as waiting,
       (select count(*) from mdm.outbox o
         where o.webhook = w.name and o.dead) as dead
  from mdm.webhook w;
comment on view admin.webhook is 'Who is told of which events, and how that goes.';
comment on column admin.webhook.name is 'Its name.';
comment on column admin.webhook.url is 'The address that events are posted to.';
comment on column admin.webhook.kinds is 'LIKE patterns of event.kind.';
comment on column admin.webhook.enabled is 'Whether events are told; those of the time when it is not are never.';
comment on column admin.webhook.created_at is 'When it was made.';
comment on column admin.webhook.delivered is 'Deliveries that were taken.';
comment on column admin.webhook.delivered_at is 'When the last one was.';
comment on column admin.webhook.failures is 'Attempts that failed since then.';
comment on column admin.webhook.paused_until is 'Nothing is sent before that, after failures; null: it is not paused.';
comment on column admin.webhook.waiting is 'Deliveries that are due or to be tried again.';
comment on column admin.webhook.dead is 'Deliveries that were given up: webhook_resend().';

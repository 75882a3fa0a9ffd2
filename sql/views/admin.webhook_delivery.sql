-- SPDX-License-Identifier: ISC
-- What webhooks have not taken.
create or replace view admin.webhook_delivery as
select o.webhook, nullif(o.device, '00000000-0000-0000-0000-000000000000') as device,
       o.seq, e.kind, e.at, o.delivery,
       case when o.dead then 'dead' else 'waiting' end as state,
       o.attempts, o.status, o.error, case when not o.dead then o.next_at end as next_at
  from mdm.outbox o
  left join mdm.event e on e.device = o.device and e.seq = o.seq;
comment on view admin.webhook_delivery is
  'Events that a webhook has not taken: waiting, or dead letters.';
comment on column admin.webhook_delivery.webhook is 'The webhook (webhook.name).';
comment on column admin.webhook_delivery.device is 'The device (device.id); null for the server.';
comment on column admin.webhook_delivery.seq is 'The event (event.seq).';
comment on column admin.webhook_delivery.kind is 'Its kind (event.kind); null when it is not kept any more.';
comment on column admin.webhook_delivery.at is 'When it happened.';
comment on column admin.webhook_delivery.delivery is 'The id that each attempt carries, for the other side to know a repeat by.';
comment on column admin.webhook_delivery.state is 'waiting or dead.';
comment on column admin.webhook_delivery.attempts is 'Attempts so far.';
comment on column admin.webhook_delivery.status is 'HTTP status of the last attempt; null: none came.';
comment on column admin.webhook_delivery.error is 'Why the last attempt failed.';
comment on column admin.webhook_delivery.next_at is 'When it may be tried next.';

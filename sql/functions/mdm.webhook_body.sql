-- SPDX-License-Identifier: ISC
-- What is sent of an event: JSON.
create or replace function mdm.webhook_body(in_device uuid, in_seq bigint,
  in_delivery uuid)
returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
           'delivery', in_delivery, 'kind', e.kind, 'at', e.at, 'seq', e.seq,
           'actor', e.actor, 'operator', e.operator, 'detail', e.detail,
           'device', case when d.device is not null then jsonb_build_object(
             'id', d.device, 'device_id', d.device_id, 'name', d.name,
             'upn', d.upn, 'state', d.state) end)::text
    from mdm.event e
    left join mdm.device d on d.device = e.device
   where e.device = in_device and e.seq = in_seq
$$;
comment on function mdm.webhook_body is
  'An event as the JSON that a webhook is sent.';

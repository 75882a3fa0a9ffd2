-- SPDX-License-Identifier: ISC
-- What the database knows for those who watch the server, as Prometheus has
-- it: rows of one name follow each other.  It reads each of its tables once, so
-- it may read all of a table, which the worker's role is otherwise kept from.
create or replace function management.metrics()
returns table (name text, type text, help text, labels text, value text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = on
set enable_hashjoin = on
as $$
begin
  return query
  with device as (
    select d.state, count(*) as devices from mdm.device d group by d.state
  ), seen as (
    select count(*) filter (where s.seen_at > now() - interval '1 hour')  as hour,
           count(*) filter (where s.seen_at > now() - interval '1 day')   as day,
           count(*) filter (where s.seen_at > now() - interval '7 days')  as week,
           count(*) filter (where s.seen_at > now() - interval '30 days') as month
      from mdm.session s
  ), queue as (
    select c.state, count(*) as commands,
           extract(epoch from now() - min(c.queued_at)) as oldest
      from mdm.command c group by c.state
  ), expiring as (
    select count(*) filter (where c.not_after <= now()) as over,
           count(*) filter (where c.not_after between now() and now() + interval '7 days') as week,
           count(*) filter (where c.not_after between now() and now() + interval '30 days') as month
      from mdm.certificate c
     where c.state = 'issued' and c.not_after <= now() + interval '30 days'
  )
  select m.name, m.type, m.help, m.labels, m.value from (
    select 10 as place, 'fenestra_devices' as name, 'gauge' as type,
           'Devices by state.' as help, format('state="%s"', s) as labels,
           coalesce(d.devices, 0)::text as value
      from (select unnest(array['enrolling', 'enrolled', 'blocked', 'unenrolled', 'retired'])
            union select state from device) k (s)
      left join device d on d.state = s
    union all
    select 20, 'fenestra_devices_seen', 'gauge',
           'Devices whose last message is not older.', format('within="%s"', l.within), l.n::text
      from seen, lateral (values ('1h', hour), ('1d', day), ('7d', week),
             ('30d', month)) l (within, n)
    union all
    select 30, 'fenestra_commands', 'gauge', 'Commands on their way, by state.',
           format('state="%s"', s), coalesce(q.commands, 0)::text
      from unnest(array['queued', 'waiting', 'sent', 'accepted']) s
      left join queue q on q.state = s
    union all
    select 40, 'fenestra_command_oldest_seconds', 'gauge',
           'Age of the oldest command on its way, by state.',
           format('state="%s"', s), round(coalesce(q.oldest, 0), 3)::text
      from unnest(array['queued', 'waiting', 'sent', 'accepted']) s
      left join queue q on q.state = s
    union all
    select 50, 'fenestra_certificates_expiring', 'gauge',
           'Certificates in use that end soon, or have ended.',
           format('within="%s"', l.within), l.n::text
      from expiring, lateral (values ('0d', over), ('7d', week), ('30d', month)) l (within, n)
    union all
    select 60, 'fenestra_authority_expiry_timestamp_seconds', 'gauge',
           'When a CA ends.', format('role="%s",sha256="%s"', a.role,
             left(encode(a.sha256, 'hex'), 16)),
           floor(extract(epoch from a.not_after))::text
      from mdm.authority a
    union all
    select 70, 'fenestra_outbox_events', 'gauge',
           'Events that webhooks have not taken yet.', null, count(*)::text
      from mdm.outbox
    union all
    select 80, 'fenestra_schema_version', 'gauge',
           'The number of the newest migration.', null, max(g.number)::text
      from mdm.migration g
    union all
    select 90, 'fenestra_database_bytes', 'gauge',
           'Size of the database.', null, pg_database_size(current_database())::text
  ) m order by m.place, m.labels;
end
$$;
comment on function management.metrics is
  'What the database knows for those who watch the server: metrics as Prometheus has them.';

-- SPDX-License-Identifier: ISC
-- The connections of workers, for the view worker_health.
create or replace function admin.worker_activity()
returns table (worker text, pid int, client text, connected_at timestamptz,
               state text, request text, since timestamptz)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select substr(a.usename, length('fenestra_') + 1), a.pid,
         coalesce(host(a.client_addr), 'local'), a.backend_start,
         case when a.wait_event_type = 'Lock' then 'waits for a lock' else a.state end,
         case when a.state <> 'idle'
           then nullif(split_part(a.application_name, ' ', 2), '') end,
         case when a.state = 'idle' then a.state_change
           else coalesce(a.xact_start, a.state_change) end
    from pg_stat_activity a
   where a.datname = current_database()
     and a.usename in ('fenestra_discovery', 'fenestra_enrollment', 'fenestra_management',
           'fenestra_signer', 'fenestra_webhook')
   order by 1, 2;
end
$$;
comment on function admin.worker_activity is
  'The connections of workers: admin.worker_health.';

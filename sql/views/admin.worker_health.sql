-- SPDX-License-Identifier: ISC
-- Which workers are connected, and what they do.
create or replace view admin.worker_health as
select a.worker, a.pid, a.client, a.connected_at, a.state, a.request, a.since
  from admin.worker_activity() a;
comment on view admin.worker_health is 'Which workers are connected, and what they do.';
comment on column admin.worker_health.worker is 'Its program: management, ...';
comment on column admin.worker_health.pid is 'The backend that serves it, not the worker itself.';
comment on column admin.worker_health.client is 'Its host, or local.';
comment on column admin.worker_health.connected_at is 'Since when it is connected.';
comment on column admin.worker_health.state is
  'idle; active; idle in transaction; waits for a lock.';
comment on column admin.worker_health.request is
  'The id of the request that it serves, as in the log and in a TraceId.';
comment on column admin.worker_health.since is 'Since when it does what state says.';

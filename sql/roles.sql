-- SPDX-License-Identifier: ISC
-- The roles of the cluster.  Run by a superuser; safe to run again.
--
--   fenestra_owner       owns everything, cannot log in
--   fenestra_discovery   \
--   fenestra_enrollment   > one for each kind of worker
--   fenestra_management  /
--   fenestra_signer      the signer
--   fenestra_webhook     the sender of webhooks
--   fenestra_maintenance the timer that calls admin.maintain
--   fenestra_admin       the administrator: everything in schema admin
--   fenestra_operator    \
--   fenestra_helpdesk     > parts of it, as the matrix in grants.sql has them
--   fenestra_eraser      /
--   fenestra_auditor     reads
--
-- People are roles of their own, members of these: the audit trail then has
-- their names, and a second person can be told from the first.
--
--   create role jo login in role fenestra_operator, fenestra_eraser;
--
-- Then: create database fenestra owner fenestra_owner encoding 'UTF8' ...

do $$
declare
  v_role text;
begin
  foreach v_role in array array['fenestra_owner', 'fenestra_discovery',
    'fenestra_enrollment', 'fenestra_management', 'fenestra_signer',
    'fenestra_webhook', 'fenestra_maintenance', 'fenestra_admin',
    'fenestra_operator', 'fenestra_helpdesk', 'fenestra_eraser',
    'fenestra_auditor'] loop
    if not exists (select from pg_roles where rolname = v_role) then
      execute format('create role %I', v_role);
    end if;
    execute format('alter role %I nosuperuser nocreatedb nocreaterole
      noreplication nobypassrls noinherit', v_role);
    execute format('alter role %I %s', v_role,
      case v_role when 'fenestra_owner' then 'nologin' else 'login' end);
    execute format('comment on role %I is %L', v_role,
      'Fenestra: see sql/roles.sql');
  end loop;

  -- It sees what the workers' connections do: admin.worker_health.
  alter role fenestra_owner inherit;
  if not pg_has_role('fenestra_owner', 'pg_read_all_stats', 'member') then
    grant pg_read_all_stats to fenestra_owner;
  end if;

  -- Time-outs belong to the role, not to the connection, so that they hold
  -- behind a pooler as well.  Every statement of a worker is a short probe
  -- by key: plan it once and as such, also while a table that is filling up
  -- fast still looks empty to the planner.
  foreach v_role in array array['fenestra_discovery', 'fenestra_enrollment',
    'fenestra_management', 'fenestra_signer', 'fenestra_webhook'] loop
    execute format('alter role %I set statement_timeout = %L', v_role, '5s');
    execute format('alter role %I set lock_timeout = %L', v_role, '2s');
    execute format(
      'alter role %I set idle_in_transaction_session_timeout = %L', v_role, '10s');
    execute format('alter role %I set search_path = %s', v_role, 'pg_catalog');
    execute format('alter role %I set jit = %s', v_role, 'off');
    execute format('alter role %I set plan_cache_mode = %s', v_role,
      'force_generic_plan');
    execute format('alter role %I set enable_seqscan = %s', v_role, 'off');
    execute format('alter role %I set enable_hashjoin = %s', v_role, 'off');
    execute format('alter role %I set enable_mergejoin = %s', v_role, 'off');
  end loop;
  foreach v_role in array array['fenestra_maintenance', 'fenestra_admin',
    'fenestra_operator', 'fenestra_helpdesk', 'fenestra_eraser',
    'fenestra_auditor'] loop
    execute format('alter role %I set lock_timeout = %L', v_role, '5s');
  end loop;
end
$$;

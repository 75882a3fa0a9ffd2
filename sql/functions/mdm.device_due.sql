-- SPDX-License-Identifier: ISC
-- A device, whose lock is held, begins a session and is due: its desired
-- state has changed since it was last looked at, or its time has come.  Who
-- queues something here sets fenestra.message to changed.
create or replace function mdm.device_due(in_device uuid) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_revision bigint;
  v_due_at   timestamptz;
begin
  -- Read first: what changes from now on makes the device due once more.
  select r.revision into strict v_revision
    from mdm.session_rule r where r.one = 1;
  -- Compliance first: it may have the device stand in a group.
  v_due_at := mdm.compliance_due(in_device);
  perform mdm.rollout_due(in_device);
  v_due_at := least(v_due_at, mdm.action_due(in_device),
    mdm.reconcile(in_device),
    mdm.inventory_due(in_device));
  -- The queue last: what the others put into it may have to wait.
  v_due_at := least(v_due_at, mdm.queue_due(in_device));
  update mdm.session s set revision = v_revision, due_at = v_due_at
   where s.device = in_device;
end
$$;
comment on function mdm.device_due is
  'Look after a device that is due: its actions, desired state, compliance, inventory and queue.';

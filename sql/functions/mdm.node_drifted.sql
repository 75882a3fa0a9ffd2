-- SPDX-License-Identifier: ISC
-- A node of a device, whose lock is held, is not what it was set to.  It is
-- repaired at once; if that did not hold until it was read again, at the next
-- time that the device is to be read.
create or replace function mdm.node_drifted(in_device uuid, in_node text)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_node mdm.node;
begin
  select * into strict v_node from mdm.node n
   where n.device = in_device and n.node = in_node and not n.exec;
  v_node.retry_at := case v_node.state when 'verified' then now()
    else coalesce(mdm.verify_slot(in_device, now()) + make_interval(hours =>
      mdm.setting_int('verify_interval')), 'infinity') end;
  update mdm.node n
     set state = 'drifted', drifts = n.drifts + 1, retry_at = v_node.retry_at,
         error = case v_node.state when 'verified' then null
           else 'it was repaired, and was changed again at once' end,
         changed_at = now()
   where n.device = in_device and n.node = in_node and not n.exec;
  perform mdm.event_add(in_device, 'profile.drifted', jsonb_build_object(
    'profile', v_node.profile, 'uri', left(v_node.uri, 256),
    'repair', case when v_node.retry_at > now() then 'later' end));
  update mdm.session s set due_at = least(s.due_at, v_node.retry_at)
   where s.device = in_device and s.due_at > v_node.retry_at;
end
$$;
comment on function mdm.node_drifted is
  'Note that a node of a device is not what it was set to, and when to repair it.';

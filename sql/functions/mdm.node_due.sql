-- SPDX-License-Identifier: ISC
-- When the nodes of a device are to be looked at again.
create or replace function mdm.node_due(in_device uuid) returns timestamptz
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_slot timestamptz := mdm.verify_slot(in_device, now());
begin
  return (
    select least(min(n.retry_at), case
             when bool_or(n.readable is distinct from false and not n.exec
               and n.state in ('pending', 'applied', 'verified'))
             then v_slot + make_interval(hours => mdm.setting_int('verify_interval'))
           end, 'infinity')
      from mdm.node n where n.device = in_device);
end
$$;
comment on function mdm.node_due is
  'When the nodes of a device are to be looked at again.';

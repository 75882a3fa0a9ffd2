-- SPDX-License-Identifier: ISC
-- Whether a rule (mdm.rule_fits) is true of a device; to try it before it is
-- made a group.  MD400: what is wrong with the rule; MD404: no such device.
create or replace function admin.rule_fits(in_device uuid, in_rule jsonb)
returns boolean
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fault text := mdm.rule_fault(in_rule);
begin
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD400';
  end if;
  perform mdm.devices_known(array[in_device]);
  return mdm.rule_fits(in_device, in_rule);
end
$$;
comment on function admin.rule_fits is
  'Whether a rule over inventory and device columns is true of a device.';

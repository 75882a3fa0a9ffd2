-- SPDX-License-Identifier: ISC
-- A device, whose lock is held, begins to break a rule of compliance, or ends
-- to: an event, and a group in which it stands for as long.
create or replace function mdm.compliance_tell(in_device uuid, in_name text,
  in_group text, in_before boolean, in_now boolean)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if in_before = in_now then
    return;
  end if;
  perform mdm.event_add(in_device, case when in_now then 'compliance.broken'
    else 'compliance.restored' end, jsonb_build_object('rule', in_name));
  if in_group is not null then
    -- Another rule may have it stand there as well.
    perform mdm.group_member_set(in_device, in_group, in_now or exists (
      select from mdm.compliance c
        join mdm.compliance_rule r on r.name = c.name
       where c.device = in_device and c.state = 'broken'
         and r.tag_group = in_group and r.name <> in_name));
  end if;
  perform set_config('fenestra.message', 'changed', true);
end
$$;
comment on function mdm.compliance_tell is
  'Say that a device begins or ends to break a rule of compliance.';

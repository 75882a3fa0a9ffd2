-- SPDX-License-Identifier: ISC
-- Have a device stand in a group by name, or not; says whether that is new.
-- It is compared with its desired state at its next session, and no other is.
create or replace function mdm.group_member_set(in_device uuid, in_name text,
  in_member boolean)
returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if in_member then
    insert into mdm.group_member (device, name) values (in_device, in_name)
    on conflict do nothing;
  else
    delete from mdm.group_member m
     where m.device = in_device and m.name = in_name;
  end if;
  if not found then
    return false;
  end if;
  perform mdm.device_due_now(array[in_device]);
  perform mdm.event_add(in_device,
    case when in_member then 'group.joined' else 'group.left' end,
    jsonb_build_object('name', in_name));
  return true;
end
$$;
comment on function mdm.group_member_set is
  'Have a device stand in a group by name, or not; says whether that is new.';

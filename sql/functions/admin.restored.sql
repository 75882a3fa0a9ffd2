-- SPDX-License-Identifier: ISC
-- To be called once when the database was restored from a backup, before
-- devices come back: what must not run twice (wipe, restart, unenrollment and
-- the like) and was under way or waiting then may have been done since, so it
-- ends as unknown instead of being sent (again).  Says how many commands that
-- were; those that are still wanted are queued anew by the administrator.
create or replace function admin.restored()
returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_device uuid;
  v_count  bigint := 0;
  v_ended  int;
begin
  for v_device in select distinct c.device from mdm.command c where c.once order by 1 loop
    perform mdm.lock(v_device);
    v_ended := mdm.command_end(v_device, array(select c.seq from mdm.command c
      where c.device = v_device and c.once), 'unknown', null,
      'the database was restored: whether it ran since is not known');
    v_count := v_count + v_ended;
    perform mdm.event_add(v_device, 'command.unknown', jsonb_build_object(
      'commands', v_ended, 'reason', 'restored'));
  end loop;
  perform mdm.event_add(null, 'database.restored', jsonb_build_object(
    'commands', v_count));
  return v_count;
end
$$;
comment on function admin.restored is
  'After a restore: commands that must not run twice end as unknown; says how many.';

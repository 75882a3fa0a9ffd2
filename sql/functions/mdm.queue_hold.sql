-- SPDX-License-Identifier: ISC
-- A device, whose lock is held, is about to be given commands: let those wait
-- whose time has not come.  Costs two probes where nothing has a time.
create or replace function mdm.queue_hold(in_device uuid) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_due timestamptz;
begin
  if not exists (select from mdm.command c
      where c.device = in_device and c.state = 'queued'
        and (c.not_before is not null or c.rollout is not null))
    and not exists (select from mdm.maintenance_window) then
    return;
  end if;
  v_due := mdm.queue_due(in_device);
  update mdm.session s set due_at = v_due
   where s.device = in_device and v_due < s.due_at;
end
$$;
comment on function mdm.queue_hold is
  'Let those commands of a device wait whose time has not come.';

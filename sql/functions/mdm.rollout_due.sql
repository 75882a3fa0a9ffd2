-- SPDX-License-Identifier: ISC
-- Give a device, whose lock is held, the commands of those roll-outs whose
-- present wave it belongs to and that have not reached it yet.
create or replace function mdm.rollout_due(in_device uuid) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rollout mdm.rollout;
  v_command uuid;
begin
  for v_rollout in
    select r.* from mdm.rollout r
     where r.state = 'running' and r.ends_at > now()
       and mdm.spread(in_device, r.rollout::text) < r.waves[r.wave] * 100
       and not exists (select from mdm.rollout_device d
         where d.device = in_device and d.rollout = r.rollout)
     order by r.started_at, r.rollout
  loop
    continue when not mdm.in_group(in_device, v_rollout.device_group)
      or v_rollout.rule is not null
        and not mdm.rule_fits(in_device, v_rollout.rule);
    v_command := mdm.command_add(in_device,
      (select array_agg(p order by p.part)
         from jsonb_populate_recordset(null::mdm.part, v_rollout.parts) p),
      v_rollout.priority, null, v_rollout.ends_at, 'roll-out',
      v_rollout.rollout);
    insert into mdm.rollout_device (device, rollout, command)
    values (in_device, v_rollout.rollout, v_command);
    perform set_config('fenestra.message', 'changed', true);
  end loop;
end
$$;
comment on function mdm.rollout_due is
  'Give a device the commands of the roll-outs that have come to it.';

-- SPDX-License-Identifier: ISC
-- Remove roll-outs that ended long ago: first the devices, then themselves.
create or replace function mdm.retain_rollouts(in_rows int) returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rollout uuid;
  v_devices uuid[];
  v_count   bigint := 0;
begin
  for v_rollout in
    select r.rollout from mdm.rollout r
     where r.ended_at < mdm.retain_before('retain_rollout')
     order by r.ended_at limit 10
  loop
    v_devices := array(select d.device from mdm.rollout_device d
      where d.rollout = v_rollout order by d.device limit in_rows - v_count);
    delete from mdm.rollout_device d
     where d.rollout = v_rollout and d.device = any (v_devices);
    v_count := v_count + cardinality(v_devices);
    exit when v_count >= in_rows;
    delete from mdm.rollout r where r.rollout = v_rollout;
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function mdm.retain_rollouts is
  'Remove roll-outs that ended long ago; says how many rows.';

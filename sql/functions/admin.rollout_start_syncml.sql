-- SPDX-License-Identifier: ISC
-- rollout_start for a command written in SyncML, as enqueue_syncml takes it.
create or replace function admin.rollout_start_syncml(in_name text,
  in_xml text, in_group text default null,
  in_rule jsonb default null, in_waves numeric[] default '{1,10,50,100}',
  in_soak int default null, in_advance_percent numeric default 80,
  in_halt_failures int default null, in_halt_percent numeric default 5,
  in_halt_after int default 20, in_priority int default 5,
  in_ends_at timestamptz default now() + interval '30 days')
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return mdm.rollout_add(in_name, mdm.parts_syncml(in_xml), in_group,
    in_rule, in_waves, in_soak, in_advance_percent, in_halt_failures,
    in_halt_percent, in_halt_after, in_priority, in_ends_at);
end
$$;
comment on function admin.rollout_start_syncml is
  'Roll a SyncML command out to devices in waves; says its id.';

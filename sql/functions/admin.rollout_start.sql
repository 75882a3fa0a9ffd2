-- SPDX-License-Identifier: ISC
-- Roll a command out to devices in waves: to a share of them at first, then to
-- more.  in_group and in_rule say which devices (null: all), in_waves percent
-- of them after each wave; a device is given the command when it comes, at
-- most once.  The next wave begins after in_soak minutes if in_advance_percent
-- of those that were given it are through (null: by rollout_next alone).  It
-- halts after in_halt_failures failures, or when more than in_halt_percent of
-- at least in_halt_after devices failed; rollout_resume goes on.  MD400: the
-- rule that is broken; MD409: the name is taken.
create or replace function admin.rollout_start(in_name text, in_verb text,
  in_uri text, in_data text default null, in_format text default 'chr',
  in_type text default 'text/plain', in_group text default null,
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
  return mdm.rollout_add(in_name,
    mdm.parts_plain(in_verb, in_uri, in_data, in_format, in_type), in_group,
    in_rule, in_waves, in_soak, in_advance_percent, in_halt_failures,
    in_halt_percent, in_halt_after, in_priority, in_ends_at);
end
$$;
comment on function admin.rollout_start is
  'Roll a command out to devices in waves, which halt when too many fail; says its id.';

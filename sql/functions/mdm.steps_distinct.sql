-- SPDX-License-Identifier: ISC
-- One step for each command: several nodes may share a Delete.
create or replace function mdm.steps_distinct(in_steps mdm.node_step[])
returns mdm.node_step[]
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select array_agg(s.step order by s.seq)
    from (select distinct on (t.seq) t.seq, t as step
            from unnest(in_steps) t order by t.seq) s;
$$;
comment on function mdm.steps_distinct is 'One step for each command.';

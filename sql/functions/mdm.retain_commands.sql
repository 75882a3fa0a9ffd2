-- SPDX-License-Identifier: ISC
-- Remove ended commands that are old, with their parts, deliveries and
-- results, and sooner what only asked: for the inventory and for profiles.  The
-- counter remembers how many they were.
create or replace function mdm.retain_commands(in_rows int) returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before timestamptz := mdm.retain_before('retain_command');
  v_device uuid;
  v_seqs   bigint[];
  v_count  bigint := 0;
begin
  for v_device, v_seqs in
    select o.device, array_agg(o.seq)
      from (select * from (select c.device, c.seq from mdm.command_done c
             where c.done_at < v_before
             order by c.done_at limit in_rows) a
             union
            select * from (select c.device, c.seq from mdm.command_done c
             where c.done_at < mdm.retain_before('retain_reading')
               and (c.origin = 'inventory' or c.origin = 'profile' and c.verb = 'Get')
             order by c.done_at limit in_rows) b) o
     group by o.device
  loop
    continue when not mdm.counter_try(v_device);
    v_count := v_count + mdm.command_forget(v_device, v_seqs);
  end loop;
  return v_count;
end
$$;
comment on function mdm.retain_commands is
  'Remove old ended commands and what belongs to them; says how many.';

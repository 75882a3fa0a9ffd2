-- SPDX-License-Identifier: ISC
-- Questions of the inventory have ended on a device, whose lock is held:
-- remember the nodes that it does not know, and whether it answered at all.
create or replace function mdm.inventory_outcome(in_device uuid,
  in_seqs bigint[], in_state text, in_status int)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into mdm.inventory_missing as m (device, uri, status, os_version)
  select distinct on (n.uri) in_device, n.uri, n.status, a.os_version
    from mdm.inventory_asked a
    join mdm.command_done h on h.device = a.device and h.seq = a.seq
    left join mdm.part p on p.device = a.device and p.seq = a.seq
   cross join lateral (select coalesce(p.uri, h.uri) as uri,
                              coalesce(p.status, in_status) as status) n
   where a.device = in_device and a.seq = any (in_seqs)
     and n.status in (404, 405, 406, 501)
  on conflict (device, uri) do update
     set status = excluded.status, os_version = excluded.os_version,
         at = excluded.at;
  update mdm.inventory_asked a
     set first_at = case when in_status is null then a.first_at
           else coalesce(a.first_at, now()) end,
         answered_at = case when in_status is null then a.answered_at
           else now() end,
         failures = case when in_status is null and in_state <> 'cancelled'
           then least(a.failures + 1, 20) else 0 end
   where a.device = in_device and a.seq = any (in_seqs);
end
$$;
comment on function mdm.inventory_outcome is
  'Note how a device answered questions of the inventory.';

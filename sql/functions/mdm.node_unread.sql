-- SPDX-License-Identifier: ISC
-- Questions about nodes have ended, perhaps without an answer: one that is
-- not there has drifted if ever it was, which is repaired, and is right if it
-- is not to be.
create or replace function mdm.node_unread(in_device uuid, in_seqs bigint[],
  in_state text, in_status int)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_one record;
begin
  if in_state = 'done' then
    return;
  end if;
  update mdm.node n
     set record_seq = null, recorded = n.recorded or in_state = 'failed'
   where n.device = in_device and n.record_seq = any (in_seqs);
  for v_one in
    select n.node, n.exec, n.proven, n.state, i.compare
      from mdm.node n
      left join mdm.profile_item i
        on i.profile = n.profile and i.node = n.node and i.exec = n.exec
     where n.device = in_device and n.read_seq = any (in_seqs)
  loop
    update mdm.node n
       set read_seq = null,
           readable = case when in_state = 'failed' and not v_one.proven
             and v_one.state = 'applied' and v_one.compare <> 'absent'
             then false else n.readable end
     where n.device = in_device and n.node = v_one.node and n.exec = v_one.exec;
    continue when in_state <> 'failed' or in_status is distinct from 404
      or v_one.state not in ('applied', 'verified');
    if v_one.compare = 'absent' then
      update mdm.node n
         set state = 'verified', proven = true, verified_at = now(), changed_at = now()
       where n.device = in_device and n.node = v_one.node and n.exec = v_one.exec;
    elsif v_one.proven then
      perform mdm.node_drifted(in_device, v_one.node);
      perform mdm.device_due(in_device);
    end if;
  end loop;
end
$$;
comment on function mdm.node_unread is
  'Note that questions about nodes were answered in vain.';

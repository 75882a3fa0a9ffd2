-- SPDX-License-Identifier: ISC
-- Results have come for some commands of a device, whose lock is held: those
-- that were asked for by profiles tell whether nodes are what they are to be,
-- or what they were before.  What drifted is repaired within the session.
create or replace function mdm.node_seen(in_device uuid, in_seqs bigint[])
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_one     record;
  v_same    boolean;
  v_drifted boolean := false;
begin
  update mdm.node n
     set recorded = true, record_seq = null, former_format = r.format,
         former_data = case when r.format is distinct from 'node'
           and not mdm.secret_at(in_device, r.uri, r.format) then r.data end
    from mdm.result r
   where n.device = in_device and n.record_seq = any (in_seqs)
     and r.device = in_device and r.seq = n.record_seq;
  for v_one in
    select n.node, n.state, n.seq, n.proven, i.compare, i.format, i.data as want,
           r.data as have
      from mdm.node n
      join mdm.result r on r.device = in_device and r.seq = n.read_seq
      join mdm.profile_item i on i.profile = n.profile and i.node = n.node
       and i.exec = n.exec and i.want = n.want
     where n.device = in_device and n.read_seq = any (in_seqs)
       and n.state in ('pending', 'applied', 'verified')
  loop
    v_same := case v_one.compare
      when 'value' then mdm.value_same(v_one.format, v_one.want, v_one.have)
        -- It once was given a secret: what it says is not kept.
        or v_one.have = '(secret)' and mdm.secret_at(in_device, v_one.node, null)
      else v_one.compare = 'there' end;
    if v_one.state = 'pending' then
      -- The device said that it had begun (202), and it has come to it.
      continue when not v_same or mdm.command_end(in_device,
        array(select c.seq from mdm.command c where c.device = in_device
          and c.seq = v_one.seq and c.state = 'accepted'), 'done') = 0;
    end if;
    update mdm.node n
       set read_seq = null, checked_at = now(), proven = n.proven or v_same,
           readable = case when v_same or n.proven then true else false end,
           state = case when v_same then 'verified' else n.state end,
           error = case when v_same then null when n.proven then n.error
             else 'it reads back as something else' end,
           verified_at = case when v_same then now() else n.verified_at end
     where n.device = in_device and n.node = v_one.node and not n.exec;
    if not v_same and v_one.proven then
      perform mdm.node_drifted(in_device, v_one.node);
      v_drifted := true;
    end if;
  end loop;
  if v_drifted then
    perform mdm.device_due(in_device);
  end if;
end
$$;
comment on function mdm.node_seen is
  'Compare results with what profiles want; drift is repaired.';

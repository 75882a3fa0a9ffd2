-- SPDX-License-Identifier: ISC
-- Remove the events of a device (null: the server) that are older than
-- in_before, and say how many.  What is left can still be verified: the hash
-- of the last one removed stays, and an event says so.
create or replace function mdm.event_forget(in_device uuid,
  in_before timestamptz)
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_device uuid := coalesce(in_device, '00000000-0000-0000-0000-000000000000');
  v_last   bigint;
  v_seq    bigint;
  v_sha256 bytea;
  v_count  bigint;
begin
  -- The lock that event_add takes.
  select c.event into v_last from mdm.counter c
   where c.device = v_device
     for no key update;
  -- A chain is cut at one place: an older one behind a newer one stays.
  select coalesce(min(e.seq) - 1, v_last) into v_seq from mdm.event e
   where e.device = v_device and e.at >= in_before;
  select e.sha256 into v_sha256 from mdm.event e
   where e.device = v_device and e.seq = v_seq;
  if not found then
    return 0;
  end if;
  delete from mdm.event e where e.device = v_device and e.seq <= v_seq;
  get diagnostics v_count = row_count;
  insert into mdm.event_anchor (device, seq, sha256)
  values (v_device, v_seq, v_sha256)
  on conflict (device) do update
     set seq = excluded.seq, sha256 = excluded.sha256, at = excluded.at;
  perform mdm.event_add(in_device, 'audit.forgotten', jsonb_build_object(
    'to', v_seq, 'sha256', encode(v_sha256, 'hex'), 'events', v_count));
  return v_count;
end
$$;
comment on function mdm.event_forget is
  'Remove the old events of a device; what is left stays verifiable.';

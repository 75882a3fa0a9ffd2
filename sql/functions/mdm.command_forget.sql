-- SPDX-License-Identifier: ISC
-- Remove ended commands of a device with all that belongs to them, and say
-- how many there were.
create or replace function mdm.command_forget(in_device uuid,
  in_seqs bigint[])
returns int
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_seqs bigint[];
begin
  -- The counter first, as elsewhere: it makes two such calls follow each other.
  perform from mdm.counter c where c.device = in_device for no key update;
  select array_agg(h.seq) into v_seqs from mdm.command_done h
   where h.device = in_device and h.seq = any (in_seqs);
  if v_seqs is null then
    return 0;
  end if;
  delete from mdm.result r where r.device = in_device and r.seq = any (v_seqs);
  delete from mdm.part p where p.device = in_device and p.seq = any (v_seqs);
  delete from mdm.expansion x
   where x.device = in_device and x.seq = any (v_seqs);
  delete from mdm.delivery d
   where d.device = in_device and d.seq = any (v_seqs);
  delete from mdm.command_done h
   where h.device = in_device and h.seq = any (v_seqs);
  update mdm.counter c set forgotten = c.forgotten + cardinality(v_seqs)
   where c.device = in_device;
  return cardinality(v_seqs);
end
$$;
comment on function mdm.command_forget is
  'Remove ended commands of a device and what belongs to them; says how many.';

-- SPDX-License-Identifier: ISC
-- Note the status of one element of a command of several parts: a group, or
-- the Items of a command, one of them if TargetRef names it.  False when no
-- answer is due from it.  mdm.parts_settle draws the conclusion.
create or replace function mdm.part_status(in_device uuid, in_seq bigint,
  in_part int, in_msg bigint, in_target_ref text, in_status int, in_error text)
returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_items int[];
begin
  if not exists (select from mdm.command c
    where c.device = in_device and c.seq = in_seq
      and c.state in ('sent', 'accepted') and c.sent_msg = in_msg) then
    return false;
  end if;
  -- Those that the TargetRef names; all where there is none or but one Item.
  select array_agg(p.part) filter (where in_target_ref is null
           or mdm.uri_node(p.uri) = mdm.uri_node(in_target_ref)
           or p.only)
    into v_items
    from (select p.part, p.uri, count(*) over () = 1 as only
            from mdm.part p
           where p.device = in_device and p.seq = in_seq
             and p.part - p.item = in_part) p;
  -- A status for all does not undo one for a single Item.
  update mdm.part p
     set status = in_status, error = in_error
   where p.device = in_device and p.seq = in_seq and p.part = any (v_items)
     and not p.ended
     and (p.status is null or in_target_ref is not null
          or cardinality(v_items) = 1);
  return found;
end
$$;
comment on function mdm.part_status is
  'Note the status of a group, of a command in it, or of one Item; false when none is due.';

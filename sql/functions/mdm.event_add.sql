-- SPDX-License-Identifier: ISC
-- Add to the audit trail of a device, or of the server when it is null.
create or replace function mdm.event_add(in_device uuid, in_kind text,
  in_detail jsonb default '{}')
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_device uuid := coalesce(in_device, '00000000-0000-0000-0000-000000000000');
  v_seq    bigint;
begin
  update mdm.counter c set event = c.event + 1
   where c.device = v_device
  returning c.event into strict v_seq;
  insert into mdm.event (device, seq, kind, actor, detail)
  values (v_device, v_seq, in_kind, session_user, jsonb_strip_nulls(in_detail));
end
$$;
comment on function mdm.event_add is
  'Add to the audit trail.  The lock of the counter makes the order.';

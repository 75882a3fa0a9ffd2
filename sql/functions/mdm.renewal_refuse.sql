-- SPDX-License-Identifier: ISC
-- Note in the audit trail of a device why it was refused a renewal: once an
-- hour, for it will try again and again.
create or replace function mdm.renewal_refuse(in_device uuid, in_reason text)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform from mdm.event e
    join mdm.counter c on c.device = e.device and c.event = e.seq
   where e.device = in_device and e.kind = 'renewal.refused'
     and e.detail->>'reason' = in_reason and e.at > now() - interval '1 hour';
  if not found then
    perform mdm.event_add(in_device, 'renewal.refused',
      jsonb_build_object('reason', in_reason));
  end if;
end
$$;
comment on function mdm.renewal_refuse is
  'Note why a renewal was refused, unless the newest event says so already.';

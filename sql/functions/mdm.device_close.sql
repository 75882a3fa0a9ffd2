-- SPDX-License-Identifier: ISC
-- Close a device, whose lock is held, that is wiped or retired: certificates
-- that it had before in_at end, and its queue unless it has newer ones.
create or replace function mdm.device_close(in_device uuid, in_reason text,
  in_at timestamptz)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_anew      boolean;
  v_cancelled int;
  v_unknown   int;
begin
  v_anew := exists (select from mdm.enrollment e
    where e.device = in_device and e.requested_at > in_at);
  update mdm.certificate c
     set state = 'revoked', reason = in_reason, revoked_at = now()
    from mdm.enrollment e
   where c.device = in_device and e.device = in_device
     and c.state <> 'revoked' and e.number = c.enrollment
     and e.requested_at <= in_at;
  update mdm.device d
     set state = case when v_anew then d.state else 'retired' end,
         wiped_at = case in_reason when 'wiped' then now() else d.wiped_at end
   where d.device = in_device;
  if not v_anew then
    select q.cancelled, q.unknown into v_cancelled, v_unknown
      from mdm.queue_close(in_device) q;
  end if;
  perform mdm.event_add(in_device, 'device.' || in_reason, jsonb_build_object(
    'cancelled', v_cancelled, 'unknown', v_unknown));
end
$$;
comment on function mdm.device_close is
  'Close a device that was wiped or retired: certificates and queue end, the history stays.';

-- SPDX-License-Identifier: ISC
-- Add to the audit trail of a device, or of the server when it is null: who
-- did it is the role that logged in, and, as that one claims, a person
-- (fenestra.operator); whence is the client's address, none on a Unix socket,
-- and application_name.  Whoever is to be told of it is in the same transaction
-- put on the list for that.
create or replace function mdm.event_add(in_device uuid, in_kind text,
  in_detail jsonb default '{}')
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_device      uuid := coalesce(in_device, '00000000-0000-0000-0000-000000000000');
  v_operator    text := mdm.operator();
  v_client      text := host(inet_client_addr());
  v_application text := nullif(current_setting('application_name'), '');
  v_detail      jsonb := jsonb_strip_nulls(in_detail);
  v_at          timestamptz := now();
  v_seq         bigint;
  v_sha256      bytea;
begin
  update mdm.counter c
     set event = c.event + 1,
         event_sha256 = sha256(convert_to(mdm.event_line(v_device, c.event + 1,
           v_at, in_kind, session_user, v_operator, v_client, v_application,
           v_detail, c.event_sha256), 'UTF8'))
   where c.device = v_device
  returning c.event, c.event_sha256 into strict v_seq, v_sha256;
  insert into mdm.event (device, seq, at, kind, actor, operator, client,
    application, detail, sha256)
  values (v_device, v_seq, v_at, in_kind, session_user, v_operator, v_client,
    v_application, v_detail, v_sha256);
  perform mdm.outbox_add(v_device, v_seq, in_kind);
end
$$;
comment on function mdm.event_add is
  'Add to the audit trail.  The lock of the counter makes the order, and the chain.';

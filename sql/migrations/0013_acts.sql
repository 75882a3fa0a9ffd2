-- SPDX-License-Identifier: ISC
-- The audit trail as a chain of hashes, one for each device.
set local citus.enable_local_reference_table_foreign_keys = off;
set local citus.multi_shard_modify_mode = 'sequential';

-- In the order in which an event is added, so that neither waits for the other.
alter table mdm.counter add event_sha256 bytea not null default '';
comment on column mdm.counter.event_sha256 is
  'Of the last event: the head of the chain.  Without it the end could be cut off unseen.';

alter table mdm.event
  add operator    text,
  add client      text,
  add application text,
  add sha256      bytea;
comment on column mdm.event.operator is
  'Who the role said it acts for: its setting fenestra.operator.';
comment on column mdm.event.client is
  'The address that the role was connected from; null for a Unix socket.';
comment on column mdm.event.application is 'Its application_name.';
comment on column mdm.event.sha256 is
  'Of mdm.event_line, which has the hash of the event before in it.';

create table mdm.event_anchor (
  device uuid primary key,
  seq    bigint not null,
  sha256 bytea not null,
  at     timestamptz not null default now()
);
select mdm.distribute('mdm.event_anchor', 'device', 'mdm.device');
comment on table mdm.event_anchor is
  'Where the chain of a device now begins, after mdm.event_forget.';
comment on column mdm.event_anchor.seq is 'The last event that was removed.';
comment on column mdm.event_anchor.sha256 is 'Its hash.';

-- These two stand in functions/ as well; here they are needed at once: no
-- event may be added outside the chain once this is committed.
create or replace function mdm.event_line(in_device uuid, in_seq bigint,
  in_at timestamptz, in_kind text, in_actor text, in_operator text,
  in_client text, in_application text, in_detail jsonb, in_previous bytea)
returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return jsonb_build_object('device', in_device, 'seq', in_seq,
    'at', to_char(in_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'kind', in_kind, 'actor', in_actor, 'operator', in_operator,
    'client', in_client, 'application', in_application, 'detail', in_detail,
    'previous', encode(in_previous, 'hex'))::text;
end
$$;

create or replace function mdm.event_add(in_device uuid, in_kind text,
  in_detail jsonb default '{}')
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_device      uuid := coalesce(in_device, '00000000-0000-0000-0000-000000000000');
  v_operator    text := left(nullif(current_setting('fenestra.operator', true), ''), 128);
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
end
$$;

-- The events that are there become the beginning of each chain.
do $$
declare
  v_event  mdm.event;
  v_device uuid;
  v_sha256 bytea;
begin
  for v_event in select * from mdm.event e order by e.device, e.seq loop
    if v_event.device is distinct from v_device then
      update mdm.counter c set event_sha256 = v_sha256 where c.device = v_device;
      v_device := v_event.device;
      v_sha256 := '';
    end if;
    v_sha256 := sha256(convert_to(mdm.event_line(v_device, v_event.seq,
      v_event.at, v_event.kind, v_event.actor, null, null, null,
      v_event.detail, v_sha256), 'UTF8'));
    update mdm.event e set sha256 = v_sha256
     where e.device = v_device and e.seq = v_event.seq;
  end loop;
  update mdm.counter c set event_sha256 = v_sha256 where c.device = v_device;
end
$$;
alter table mdm.event alter column sha256 set not null;

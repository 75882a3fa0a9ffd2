-- SPDX-License-Identifier: ISC
-- What an event is in text: one JSON object, the same for all time, for its
-- hash is that of these octets.  The hash of the event before it is part of
-- it.  Immutable: neither language nor time zone has a say in the date.
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
comment on function mdm.event_line is
  'An event as the JSON object that its SHA-256 is of.';

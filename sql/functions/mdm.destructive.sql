-- SPDX-License-Identifier: ISC
-- Whether a command cannot be undone.  Such are only sent by the functions
-- that are made for them: wipe, autopilot_reset, fresh_start and retire.
create or replace function mdm.destructive(in_verb text, in_uri text)
returns boolean
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return in_verb = 'Exec' and mdm.uri_node(in_uri)
    ~ '^\./(user/)?vendor/msft/(remotewipe/|cleanpc/|dmclient/(provider/[^/]+/)?unenroll$)';
end
$$;
comment on function mdm.destructive is
  'Whether a command is an Exec that cannot be undone.';

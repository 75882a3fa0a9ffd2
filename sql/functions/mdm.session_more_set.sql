-- SPDX-License-Identifier: ISC
-- Write the rest of a session, and forget its refused messages: this one was
-- taken.
create or replace function mdm.session_more_set(in_more mdm.session_more,
  in_session text)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into mdm.session_more values (in_more.*)
  on conflict (device) do update
     set number = excluded.number, max_msg_size = excluded.max_msg_size,
         max_obj_size = excluded.max_obj_size, closed = excluded.closed,
         ended = excluded.ended,
         object_in = excluded.object_in, object_out = excluded.object_out,
         accepted_at = excluded.accepted_at,
         accepted_nonce = excluded.accepted_nonce,
         server_wanted = excluded.server_wanted,
         server_failures = excluded.server_failures,
         server_msg = excluded.server_msg, status = excluded.status,
         challenge = excluded.challenge, nonce = excluded.nonce,
         server_auth = excluded.server_auth,
         server_nonce = excluded.server_nonce,
         result_statuses = excluded.result_statuses, broken = excluded.broken;
  delete from mdm.refusal r
   where r.device = in_more.device and r.session_id = in_session;
end
$$;
comment on function mdm.session_more_set is
  'Write mdm.session_more for a message that was taken.';

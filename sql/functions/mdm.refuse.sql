-- SPDX-License-Identifier: ISC
-- Note a message that was not authenticated.  It has no other effect: not on
-- the session either, which the true device may have open.
create or replace function mdm.refuse(in_device uuid, in_session text,
  in_msg bigint, in_sha256 bytea, in_answer mdm.answer, in_number bigint,
  in_last mdm.refusal)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into mdm.refusal (device, session_id, client_msg, server_msg,
    body_sha256, number, failures, status, challenge, nonce)
  values (in_device, in_session, in_msg, in_answer.server_msg, in_sha256,
    in_number, case when in_last.device is not null then in_last.failures + 1
      when in_answer.status = 407 then 0 else 1 end,
    in_answer.status, in_answer.challenge, in_answer.nonce)
  on conflict (device) do update
     set session_id = excluded.session_id, client_msg = excluded.client_msg,
         server_msg = excluded.server_msg, number = excluded.number,
         body_sha256 = excluded.body_sha256, failures = excluded.failures,
         status = excluded.status, challenge = excluded.challenge,
         nonce = excluded.nonce, at = excluded.at;
  perform set_config('fenestra.message', 'refused', true);
end
$$;
comment on function mdm.refuse is
  'Note a message that was not authenticated; the other functions then do nothing.';

-- SPDX-License-Identifier: ISC
-- What an answer holds of credentials, from mdm.session_more if that has it.
create or replace function mdm.answer_again(in_server_msg bigint,
  in_more mdm.session_more, in_enrollment int)
returns mdm.answer
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_answer mdm.answer;
begin
  v_answer.server_msg := in_server_msg;
  v_answer.repeated := true;
  v_answer.status := 200;
  v_answer.ended := false;
  if in_more.server_msg = in_server_msg then
    v_answer.status := in_more.status;
    v_answer.ended := in_more.ended;
    v_answer.challenge := in_more.challenge;
    v_answer.nonce := in_more.nonce;
    v_answer.server_auth := in_more.server_auth;
    v_answer.server_nonce := in_more.server_nonce;
  end if;
  if v_answer.server_auth is not null then
    select e.server_secret into strict v_answer.server_secret
      from mdm.enrollment e
     where e.device = in_more.device and e.number = in_enrollment;
    select coalesce(s.value, s.preset) into strict v_answer.server_name
      from mdm.setting s where s.name = 'provider_id';
  end if;
  return v_answer;
end
$$;
comment on function mdm.answer_again is
  'What the answer to the last message holds in its header and Chal.';

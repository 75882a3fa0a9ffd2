-- SPDX-License-Identifier: ISC
-- Apply a status other than a plain success to a command of one Item; false
-- when no answer is due from it.
create or replace function mdm.command_status(in_session mdm.session,
  in_seq bigint, in_msg bigint, in_status int, in_error text)
returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_command mdm.command;
  v_outcome text;
begin
  select * into v_command from mdm.command c
   where c.device = in_session.device and c.seq = in_seq
     and c.state in ('sent', 'accepted') and c.sent_msg = in_msg;
  if not found then
    return false;
  end if;
  if in_status = 213 and v_command.chunk_start + v_command.chunk_length
      < length(v_command.data) then
    update mdm.command c
       set state = 'queued', status = 213, unanswered = 0,
           chunk_start = c.chunk_start + c.chunk_length, chunk_length = null
     where c.device = in_session.device and c.seq = in_seq;
    return true;
  end if;

  v_outcome := mdm.outcome(in_status, v_command.verb, v_command.instead);
  if v_outcome = 'accepted' then
    update mdm.command c
       set state = 'accepted', status = in_status, error = in_error
     where c.device = in_session.device and c.seq = in_seq;
  else
    perform mdm.command_again(in_session, v_command, v_outcome, in_status,
      in_error);
  end if;
  return true;
end
$$;
comment on function mdm.command_status is
  'Apply a status to a command that waits for one; false when it does not.';

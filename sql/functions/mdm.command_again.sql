-- SPDX-License-Identifier: ISC
-- End a command that was answered, or queue it again if its outcome is retry
-- (not in this session, unless the server can now show a credential) or
-- instead (at once, with the other verb).
create or replace function mdm.command_again(in_session mdm.session,
  in_command mdm.command, in_outcome text, in_status int, in_error text)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_state text := case
    when in_outcome in ('done', 'unknown') then in_outcome
    when in_outcome not in ('retry', 'instead') then 'failed'
    when in_command.cancel_requested then 'cancelled'
    when in_outcome = 'instead' then 'queued'
    when in_command.once and not (select k.untouched from mdm.status_class k
      where k.status = in_status) then 'unknown'
    when in_command.retries + 1 >= (select coalesce(s.value, s.preset)::int
      from mdm.setting s where s.name = 'retry_attempts') then 'failed'
    else 'queued'
  end;
begin
  if v_state <> 'queued' then
    perform mdm.command_end(in_command.device, array[in_command.seq], v_state,
      in_status, in_error);
    return;
  end if;
  update mdm.command c
     set state = 'queued', status = in_status, error = in_error,
         unanswered = 0, chunk_start = null, chunk_length = null,
         retries = c.retries + case in_outcome when 'retry' then 1 else 0 end,
         hold = case when in_outcome = 'retry' and not (in_status in (401, 407)
           and exists (select from mdm.session_more m
             where m.device = in_session.device and m.number = in_session.number
               and m.server_auth is not null)) then in_session.number end,
         instead = case when in_outcome = 'instead' and c.parts = 0
           then case c.verb when 'Add' then 'Replace' else 'Add' end
           else c.instead end
   where c.device = in_command.device and c.seq = in_command.seq;
end
$$;
comment on function mdm.command_again is
  'End a command, or queue it again where its outcome is retry or instead.';

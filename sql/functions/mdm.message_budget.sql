-- SPDX-License-Identifier: ISC
-- Octets of commands that the next answer of a session may carry: as the
-- setting has it, and what the device takes less 2 KiB for the rest.
create or replace function mdm.message_budget(in_more mdm.session_more)
returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (select least(coalesce(s.value, s.preset)::bigint,
                       case when in_more.max_msg_size > 2048
                            then in_more.max_msg_size - 2048
                            when in_more.max_msg_size >= 0 then 1 end)
            from mdm.setting s where s.name = 'message_budget');
end
$$;
comment on function mdm.message_budget is
  'Octets of commands that an answer may carry.';

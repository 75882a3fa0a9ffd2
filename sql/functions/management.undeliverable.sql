-- SPDX-License-Identifier: ISC
-- Commands of the last answer cannot be given to the device, for a reason that
-- only the worker knows: their variables.  They have failed, and the answer is
-- without them; where it is then empty, management.deliver, which has to
-- follow, chooses others.  Nothing is changed for an answer that is not the
-- last one any more, or where somebody else was here first.
create or replace function management.undeliverable(in_device uuid,
  in_session text, in_msg bigint, in_seqs bigint[], in_reasons text[])
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_session mdm.session;
  v_one     record;
begin
  select * into v_session from mdm.session s
   where s.device = in_device for no key update;
  if (v_session.session_id, v_session.server_msg) is distinct from (in_session, in_msg) then
    perform set_config('fenestra.message', 'refused', true);
    return;
  end if;
  perform set_config('fenestra.message', 'repeated', true);
  for v_one in
    select r.seq, r.reason, c.parts > 0 as many
      from unnest(in_seqs, in_reasons) r (seq, reason)
      join mdm.command c on c.device = in_device and c.seq = r.seq
     where c.state = 'sent' and c.sent_msg = in_msg
       and exists (select from mdm.delivery d
             where d.device = in_device and d.session = v_session.number
               and d.msg = in_msg and d.seq = r.seq)
  loop
    delete from mdm.delivery d
     where d.device = in_device and d.session = v_session.number
       and d.msg = in_msg and d.seq = v_one.seq;
    update mdm.command c set attempts = c.attempts - 1
     where c.device = in_device and c.seq = v_one.seq;
    perform mdm.command_end(in_device, array[v_one.seq], 'failed', null,
      v_one.reason);
    if not exists (select from mdm.delivery d
        where d.device = in_device and d.session = v_session.number
          and d.msg = in_msg) then
      perform set_config('fenestra.message', 'changed', true);
    end if;
  end loop;
  -- What broke off is told again in front of what comes.
  perform set_config('fenestra.object', 'broken', true);
end
$$;
comment on function management.undeliverable is
  'Commands of the last answer cannot be given: they have failed, with a reason.';

-- SPDX-License-Identifier: ISC
-- Draw the conclusion for a command of several parts once all statuses are
-- in, or the package ended with one for the group.  An Atomic is all or
-- nothing: it is sent again as a whole if what really failed (siblings have
-- 215 or 216) may be; of others only the parts that did not end are.
create or replace function mdm.parts_settle(in_session mdm.session,
  in_seq bigint)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_command mdm.command;
  v_group   mdm.part;
  v_part    record;
  v_final   boolean := coalesce(in_session.final, true);
  v_outcome text;
  v_status  int;
  v_error   text;
begin
  select * into v_command from mdm.command c
   where c.device = in_session.device and c.seq = in_seq
     and c.state in ('sent', 'accepted');
  if not found then
    return;
  end if;
  select * into v_group from mdm.part p
   where p.device = in_session.device and p.seq = in_seq and p.part = 1
     and p.verb in ('Atomic', 'Sequence');
  v_outcome := coalesce(mdm.outcome(v_group.status, v_group.verb, null), 'done');

  -- What the parts say together; bad is the first that really failed.
  select count(*) filter (where p.status is null and not p.ended) as open,
         bool_or(p.outcome = 'accepted') as accepted,
         bool_or(p.status = 516) as stuck,
         bool_or(p.outcome = 'rolled_back') as undone,
         bool_or(p.outcome = 'unknown') as unknown,
         bool_or(p.bad) as failed,
         bool_or(p.bad and p.outcome not in ('retry', 'instead')) as lost,
         bool_or(p.bad and p.outcome = 'retry') as retry,
         min(p.part) filter (where p.bad) as bad,
         max(p.status) as status
    into v_part
    from (select o.*, o.outcome not in ('done', 'accepted', 'rolled_back')
            and not (v_command.verb = 'Atomic' and o.status = 215) as bad
            from (select p.part, p.status, p.ended,
                         mdm.outcome(p.status, p.verb, p.instead) as outcome
                    from mdm.part p
                   where p.device = in_session.device and p.seq = in_seq
                     and p.part is distinct from v_group.part) o) p;
  if not v_final and v_group.part is not null and v_group.status is null
    or v_part.open > 0 and (v_group.status is null or not v_final) then
    return;
  end if;

  v_outcome := case
    when v_part.stuck then 'failed'
    when v_part.failed and not v_part.lost
      then case when v_part.retry then 'retry' else 'instead' end
    when v_outcome = 'retry' then 'retry'
    when v_part.unknown and v_outcome = 'done' then 'unknown'
    when v_part.failed or v_outcome not in ('done', 'accepted')
      or v_part.undone then 'failed'
    when v_part.accepted then 'accepted'
    else v_outcome
  end;
  if v_command.verb <> 'Atomic' then
    -- Others may fail in part and go on with the rest.
    if v_outcome <> 'retry' and (v_part.retry or exists (select from mdm.part p
      where p.device = in_session.device and p.seq = in_seq and not p.ended
        and mdm.outcome(p.status, p.verb, p.instead) = 'instead')) then
      v_outcome := case when v_part.retry then 'retry' else 'instead' end;
    end if;
    update mdm.part p set ended = true
     where p.device = in_session.device and p.seq = in_seq
       and p.part is distinct from v_group.part
       and coalesce(mdm.outcome(p.status, p.verb, p.instead),
             case when v_outcome = 'retry' then 'retry' else 'done' end)
           in ('done', 'failed', 'rolled_back', 'unknown');
  end if;
  v_status := coalesce(v_group.status, v_part.status);
  v_error := v_group.error;
  if v_part.bad is not null then
    select coalesce(v_group.status, p.status),
           format('part %s: %s', p.part, concat_ws(' ', p.status, p.error))
      into v_status, v_error
      from mdm.part p
     where p.device = in_session.device and p.seq = in_seq
       and p.part = v_part.bad;
  end if;

  if v_outcome = 'accepted' then
    update mdm.command c
       set state = 'accepted', status = v_status, error = v_error
     where c.device = in_session.device and c.seq = in_seq;
    return;
  end if;
  perform mdm.command_again(in_session, v_command, v_outcome, v_status, v_error);
  update mdm.part p
     set status = null, error = null,
         instead = case when mdm.outcome(p.status, p.verb, p.instead) = 'instead'
           then case p.verb when 'Add' then 'Replace' else 'Add' end
           else p.instead end
   where p.device = in_session.device and p.seq = in_seq and not p.ended
     and (v_command.verb = 'Atomic' or p.part = v_group.part
          or mdm.outcome(p.status, p.verb, p.instead) <> 'accepted')
     and exists (select from mdm.command c
       where c.device = in_session.device and c.seq = in_seq
         and c.state = 'queued');
end
$$;
comment on function mdm.parts_settle is
  'End a command of several parts, or queue it or what is left of it again, as its statuses say.';

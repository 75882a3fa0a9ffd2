-- SPDX-License-Identifier: ISC
-- End the commands of a device, whose lock is held, whose time is over: their
-- own before which they had to be sent, or that of the setting command_expiry
-- in which they had to be sent and their outcome to come.
create or replace function mdm.command_expire(in_device uuid) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_days int;
  v_seqs bigint[];
begin
  select coalesce(s.value, s.preset)::int into strict v_days
    from mdm.setting s where s.name = 'command_expiry';
  if v_days = 0 and not exists (select from mdm.command c
      where c.device = in_device and c.state in ('queued', 'waiting')
        and c.expires_at <= now()) then
    return;
  end if;
  select array_agg(c.seq order by c.seq) into v_seqs from mdm.command c
   where c.device = in_device
     and (c.state in ('queued', 'waiting') and c.expires_at <= now()
       or v_days > 0 and c.state in ('queued', 'waiting', 'accepted')
         and greatest(c.sent_at, c.queued_at, c.not_before)
           < now() - make_interval(days => v_days));
  if v_seqs is not null then
    perform mdm.command_end(in_device, v_seqs, 'expired');
    perform mdm.event_add(in_device, 'command.expired',
      jsonb_build_object('seq', v_seqs));
    perform set_config('fenestra.message', 'changed', true);
  end if;
end
$$;
comment on function mdm.command_expire is
  'End the commands of a device whose time is over.';

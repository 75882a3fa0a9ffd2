-- SPDX-License-Identifier: ISC
-- The device broke the session off (Alert 1223): what was sent to it and not
-- answered is offered again in a later session, and this one gets no more.
create or replace function management.abort(in_device uuid) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if current_setting('fenestra.message', true) in ('repeated', 'refused') then
    return;
  end if;
  perform mdm.session_abandon(in_device);
  perform mdm.object_drop(in_device);
  perform mdm.session_close(in_device);
  update mdm.session s set delivered = false where s.device = in_device;
end
$$;
comment on function management.abort is
  'End a session that the device aborted: queue again what it did not answer.';

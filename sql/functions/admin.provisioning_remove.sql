-- SPDX-License-Identifier: ISC
-- Remove a provisioning rule.  MD404: there is none of that number.
create or replace function admin.provisioning_remove(in_number int) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from mdm.provisioning_rule r where r.number = in_number;
  if not found then
    raise exception 'no provisioning rule %', in_number using errcode = 'MD404';
  end if;
  perform mdm.event_add(null, 'provisioning.removed',
    jsonb_build_object('number', in_number));
end
$$;
comment on function admin.provisioning_remove is 'Remove a provisioning rule.';

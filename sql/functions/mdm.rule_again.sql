-- SPDX-License-Identifier: ISC
-- The inventory of a device, whose lock is held, has changed: where rules ask
-- about devices it may belong to other groups now.
create or replace function mdm.rule_again(in_device uuid) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from mdm.group g where g.rule <> '{"all": []}')
    or exists (select from mdm.profile p where p.rule is not null)
    or exists (select from mdm.compliance_rule) then
    perform mdm.device_due_now(array[in_device]);
  end if;
end
$$;
comment on function mdm.rule_again is
  'Have a device whose inventory changed looked after, if there are rules.';

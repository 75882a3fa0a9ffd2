-- SPDX-License-Identifier: ISC
-- The desired state has changed: every device is compared with it at its next
-- session.  One row is written, however many devices there are.
create or replace function mdm.revision_raise() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  update mdm.session_rule r set revision = r.revision + 1 where r.one = 1;
end
$$;
comment on function mdm.revision_raise is
  'Have every device compared with the desired state when it next comes.';

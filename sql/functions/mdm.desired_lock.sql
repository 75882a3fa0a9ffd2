-- SPDX-License-Identifier: ISC
-- Taken first by whoever changes profiles, groups or assignments, so that
-- these changes follow each other.  Messages do not wait for it.
create or replace function mdm.desired_lock() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform from mdm.session_rule r where r.one = 1 for no key update;
end
$$;
comment on function mdm.desired_lock is
  'Make the changes of the desired state follow each other.';

-- SPDX-License-Identifier: ISC
-- Remove old actions that have ended; the audit trail has them still.
create or replace function mdm.retain_actions(in_rows int) returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count bigint;
begin
  delete from mdm.action a
   using (select o.device, o.action from mdm.action o
           where o.ended_at < mdm.retain_before('retain_action')
           order by o.ended_at limit in_rows) o
   where a.device = o.device and a.action = o.action;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function mdm.retain_actions is 'Remove old actions that have ended; says how many.';

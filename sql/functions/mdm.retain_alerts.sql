-- SPDX-License-Identifier: ISC
-- Remove old alerts.
create or replace function mdm.retain_alerts(in_rows int) returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count bigint;
begin
  -- Those that came in one moment go together.
  delete from mdm.alert a
   where a.received_at <= (select max(o.received_at)
     from (select o.received_at from mdm.alert o
            where o.received_at < mdm.retain_before('retain_alert')
            order by o.received_at limit in_rows) o);
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function mdm.retain_alerts is 'Remove old alerts; says how many.';

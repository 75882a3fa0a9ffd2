-- SPDX-License-Identifier: ISC
-- Remove old changes of the inventory.
create or replace function mdm.retain_changes(in_rows int) returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count bigint;
begin
  delete from mdm.inventory_change h
   where h.at <= (select max(o.at)
     from (select o.at from mdm.inventory_change o
            where o.at < mdm.retain_before('retain_inventory_change')
            order by o.at limit in_rows) o);
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function mdm.retain_changes is
  'Remove old changes of the inventory; says how many.';

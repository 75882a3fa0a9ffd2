-- SPDX-License-Identifier: ISC
-- Remove what webhooks have not taken for long, dead or not.
create or replace function mdm.retain_outbox(in_rows int) returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count bigint;
begin
  delete from mdm.outbox o
   where o.next_at <= (select max(l.next_at)
     from (select l.next_at from mdm.outbox l
            where l.next_at < mdm.retain_before('retain_outbox')
            order by l.next_at limit in_rows) l);
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function mdm.retain_outbox is
  'Remove deliveries that webhooks have not taken for long; says how many.';

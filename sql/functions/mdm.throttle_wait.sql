-- SPDX-License-Identifier: ISC
-- How many seconds nobody may try this user name, from this address; and
-- whether the name has failures.  Only reads: who gets in costs nothing.
create or replace function mdm.throttle_wait(in_name text, in_source text,
  out wait int, out kind text, out failed boolean)
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now bigint := extract(epoch from clock_timestamp())::bigint;
  v_row record;
begin
  wait := 0;
  failed := false;
  for v_row in
    select t.kind, t.until - v_now as wait
      from mdm.throttle_key(in_name, in_source) k
      join mdm.throttle t on t.kind = k.kind and t.value = k.value
  loop
    failed := failed or v_row.kind = 'user';
    if v_row.wait > wait then
      wait := v_row.wait;
      kind := v_row.kind;
    end if;
  end loop;
end
$$;
comment on function mdm.throttle_wait is
  'Seconds to wait before the next attempt, by which counter, and whether the user name has failures.';

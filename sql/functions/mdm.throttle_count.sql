-- SPDX-License-Identifier: ISC
-- Count a failed attempt.  From the limit on each one doubles the wait, up to
-- a maximum; after a maximum without another one it is forgotten.  Overall,
-- failures count by the minute, so that no stranger can shut all users out
-- for longer.  Always in the same order, so that two cannot block each other.
create or replace function mdm.throttle_count(in_name text, in_source text)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now     bigint := extract(epoch from clock_timestamp())::bigint;
  v_first   int := mdm.setting_int('throttle_first');
  v_maximum int := mdm.setting_int('throttle_maximum');
  v_limit   int;
  v_key     record;
begin
  for v_key in
    select k.kind, k.value from mdm.throttle_key(in_name, in_source) k
     order by k.kind
  loop
    v_limit := mdm.setting_int('throttle_' || v_key.kind);
    continue when v_limit = 0;
    insert into mdm.throttle as t (kind, value, failures, since, until)
    values (v_key.kind, v_key.value, 1, v_now,
      case when v_limit > 1 then v_now
           when v_key.kind = 'overall' then v_now + 60
           else v_now + least(v_first, v_maximum) end)
    on conflict (kind, value) do update
      set failures = case when t.kind = 'overall' and t.since + 60 <= excluded.since
            or t.kind <> 'overall' and t.until + v_maximum <= excluded.since
            then 1 else t.failures + 1 end,
          since = case when t.kind = 'overall' and t.since + 60 > excluded.since
            then t.since else excluded.since end,
          until = case
            when t.kind = 'overall' then case
              when t.since + 60 <= excluded.since then excluded.until
              when t.failures + 1 >= v_limit then t.since + 60
              else excluded.since end
            when t.until + v_maximum <= excluded.since then excluded.until
            when t.failures + 1 >= v_limit then excluded.since
              + least(v_first * 2::numeric ^ least(t.failures + 1 - v_limit, 20), v_maximum)::bigint
            else excluded.since end;
  end loop;
  delete from mdm.throttle t where t.until <= v_now - v_maximum - 60;
end
$$;
comment on function mdm.throttle_count is
  'Count a failed attempt to sign in, and how long to wait for the next.';

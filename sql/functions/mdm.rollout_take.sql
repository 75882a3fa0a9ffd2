-- SPDX-License-Identifier: ISC
-- A roll-out by its name, with its row's lock.  MD404: there is none; MD409:
-- it is in none of these states.
create or replace function mdm.rollout_take(in_name text,
  variadic in_states text[])
returns mdm.rollout
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rollout mdm.rollout;
begin
  select * into v_rollout from mdm.rollout r where r.name = in_name
     for no key update;
  if not found then
    raise exception 'no roll-out "%"', in_name using errcode = 'MD404';
  elsif v_rollout.state <> all (in_states) then
    raise exception 'the roll-out "%" is %', in_name, v_rollout.state
      using errcode = 'MD409';
  end if;
  return v_rollout;
end
$$;
comment on function mdm.rollout_take is
  'A roll-out by its name, locked; MD409 when it is in none of these states.';

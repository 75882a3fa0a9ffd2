-- SPDX-License-Identifier: ISC
-- What failures are counted by: a user name in any letter case, whether there
-- is such a user or not; an address, of IPv6 its /64; all of them together.
create or replace function mdm.throttle_key(in_name text, in_source text)
returns table (kind text, value bytea)
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_source text := in_source;
begin
  if in_source ~ '^[0-9A-Fa-f:]+$' then
    begin
      v_source := network(set_masklen(in_source::inet, 64))::text;
    exception when invalid_text_representation then
      null; -- then it counts as it stands
    end;
  end if;
  return query
    select k.kind, sha256(convert_to(k.value, 'UTF8'))
      from (values ('overall', ''), ('source', v_source),
                   ('user', lower(in_name))) as k (kind, value)
     where k.value is not null;
end
$$;
comment on function mdm.throttle_key is
  'The counters that a failed attempt to sign in belongs to.';

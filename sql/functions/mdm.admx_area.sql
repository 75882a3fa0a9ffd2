-- SPDX-License-Identifier: ISC
-- The categories from the topmost one to this, joined by ~.  in_parents is
-- {"name": parent or null, ...}; one that another file defines is left out, as
-- Windows does.
create or replace function mdm.admx_area(in_parents jsonb, in_category text) returns text
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_area text := '';
  v_at   text := in_category;
begin
  for i in 1..32 loop
    exit when v_at is null or not in_parents ? v_at;
    v_area := '~' || v_at || v_area;
    v_at := in_parents->>v_at;
    if i = 32 then
      raise exception 'admx: category "%" is below itself', in_category using errcode = 'MD400';
    end if;
  end loop;
  return v_area;
end
$$;
comment on function mdm.admx_area is 'The categories from the topmost one to this, joined by ~.';

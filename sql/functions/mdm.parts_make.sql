-- SPDX-License-Identifier: ISC
-- The parts of a command that the server itself makes: of one row, or, where
-- in_group is Atomic or Sequence, of such a group.  A row is [verb, LocURI,
-- format, data].  MD400: it breaks a rule, which the message names.
create or replace function mdm.parts_make(in_group text, in_rows jsonb)
returns mdm.part[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_inner int := (in_group is not null)::int;
  v_parts mdm.part[];
  v_fault text;
begin
  select array_agg(jsonb_populate_record(null::mdm.part, p.j) order by p.n)
    into v_parts
    from (select 0 as n, jsonb_build_object('part', 1, 'parent', 0, 'item', 0,
                   'verb', in_group) as j
           where in_group is not null
           union all
          select r.n, jsonb_build_object('part', r.n + v_inner,
                   'parent', v_inner, 'item', 0, 'verb', r.j->>0,
                   'uri', r.j->>1, 'format', r.j->>2, 'type', 'text/plain',
                   'data', r.j->>3)
            from jsonb_array_elements(in_rows) with ordinality as r (j, n)) p;
  v_fault := mdm.parts_fault(v_parts);
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD400';
  end if;
  return v_parts;
end
$$;
comment on function mdm.parts_make is
  'The parts of a command from rows of verb, LocURI, format and data, checked.';

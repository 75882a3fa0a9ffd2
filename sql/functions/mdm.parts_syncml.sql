-- SPDX-License-Identifier: ISC
-- The parts of a command that is written in SyncML.  MD400: it breaks a rule,
-- which the message names.
create or replace function mdm.parts_syncml(in_xml text) returns mdm.part[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_parts mdm.part[];
  v_fault text;
begin
  select array_agg(jsonb_populate_record(null::mdm.part, to_jsonb(p))
           order by p.part)
    into v_parts
    from mdm.syncml_parts(in_xml) p;
  v_fault := mdm.parts_fault(v_parts);
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD400';
  end if;
  return v_parts;
end
$$;
comment on function mdm.parts_syncml is
  'The parts of a command that is written in SyncML, checked.';

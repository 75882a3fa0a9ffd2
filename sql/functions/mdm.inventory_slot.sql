-- SPDX-License-Identifier: ISC
-- When a device was last to be asked a kind of question, at in_at or before:
-- devices are spread over the hours between two times.
create or replace function mdm.inventory_slot(in_device uuid, in_kind text,
  in_hours int, in_at timestamptz)
returns timestamptz
language plpgsql immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return to_timestamp(floor(extract(epoch from in_at) / (in_hours * 3600.0)
      - mdm.spread(in_device, in_kind) / 10000.0) * in_hours * 3600
    + mdm.spread(in_device, in_kind) * in_hours * 0.36);
end
$$;
comment on function mdm.inventory_slot is
  'When a device was last to be asked a kind of question.';

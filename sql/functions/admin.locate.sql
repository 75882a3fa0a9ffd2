-- SPDX-License-Identifier: ISC
-- Ask a device where it is, as exactly as in_accuracy metres.  Not every
-- Windows answers, and its users may have turned it off.  MD400: no such
-- accuracy; MD404: no such device; MD409: it has left.
create or replace function admin.locate(in_device uuid, in_accuracy int default 50)
returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if in_accuracy is null or in_accuracy not between 1 and 1000 then
    raise exception 'accuracy: must be from 1 to 1000 metres' using errcode = 'MD400';
  end if;
  -- The first three hold for the session only: so they go with the question.
  return mdm.action_add(in_device, 'locate', mdm.parts_make('Sequence',
    jsonb_build_array(
      jsonb_build_array('Replace', './Device/Vendor/MSFT/RemoteFind/DesiredAccuracy', 'int', in_accuracy),
      jsonb_build_array('Replace', './Device/Vendor/MSFT/RemoteFind/Timeout', 'int', 60),
      jsonb_build_array('Replace', './Device/Vendor/MSFT/RemoteFind/MaximumAge', 'int', 60))
    || (select jsonb_agg(jsonb_build_array('Get',
          './Device/Vendor/MSFT/RemoteFind/Location/' || n, 'chr', null))
          from unnest('{Latitude,Longitude,Altitude,Accuracy,AltitudeAccuracy,Age}'::text[]) n)));
end
$$;
comment on function admin.locate is
  'Ask a device where it is; says the id of the action.';

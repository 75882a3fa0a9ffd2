-- SPDX-License-Identifier: ISC
-- The one device that a person means: its id, or a name, serial number or
-- DeviceID that only one has, whose letter case does not matter.  Of several
-- that of those that have not left.  MD404: none; MD409: several, their ids
-- are named.
create or replace function admin.device_find(in_text text) returns uuid
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_found uuid[];
  v_here  uuid[];
begin
  if in_text ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    select array_agg(d.device) into v_found from mdm.device d
     where d.device = in_text::uuid;
  end if;
  if v_found is null then
    select array_agg(d.device order by d.device),
           array_agg(d.device order by d.device)
             filter (where d.state not in ('unenrolled', 'retired'))
      into v_found, v_here from mdm.device d
     where lower(d.name) = lower(in_text)
        or lower(d.serial_number) = lower(in_text)
        or lower(d.device_id) = lower(in_text);
  end if;
  if v_found is null then
    raise exception 'no device "%"', in_text using errcode = 'MD404';
  elsif cardinality(v_found) = 1 then
    return v_found[1];
  elsif cardinality(v_here) = 1 then
    return v_here[1];
  end if;
  raise exception '% devices are called "%": %', cardinality(coalesce(v_here, v_found)),
    in_text, array_to_string((coalesce(v_here, v_found))[1:5], ', ')
    || case when cardinality(coalesce(v_here, v_found)) > 5 then ', ...' else '' end
    using errcode = 'MD409';
end
$$;
comment on function admin.device_find is
  'The one device that has this id, name, serial number or DeviceID.';

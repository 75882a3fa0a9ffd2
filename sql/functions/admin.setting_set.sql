-- SPDX-License-Identifier: ISC
-- Set a setting; null brings the preset back.  The value that it has already
-- changes nothing.  MD404: no such setting; MD400: the value does not match
-- the setting's pattern.  A warning says what is odd about how often devices
-- would poll.
create or replace function admin.setting_set(in_name text, in_value text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_old mdm.setting;
  v_new text;
  v_odd text;
begin
  select * into v_old from mdm.setting s where s.name = in_name for no key update;
  if not found then
    raise exception 'no setting "%"', in_name using errcode = 'MD404';
  elsif in_value !~ ('^(' || v_old.pattern || ')$') then
    raise exception '% must match %', in_name, v_old.pattern
      using errcode = 'MD400';
  elsif in_name = 'time_zone' and not exists (select from pg_timezone_names z
      where z.name = in_value) and in_value is not null then
    raise exception 'time_zone must be a time zone that the database knows'
      using errcode = 'MD400';
  end if;
  if v_old.value is not distinct from in_value then
    return;
  end if;
  v_new := coalesce(in_value, v_old.preset);
  update mdm.setting s set value = in_value where s.name = in_name;
  if in_name in ('device_auth', 'session_messages', 'session_rate') then
    update mdm.session_rule r
       set device_auth = case in_name when 'device_auth' then v_new else r.device_auth end,
           session_messages = case in_name when 'session_messages' then v_new::bigint else r.session_messages end,
           session_rate = case in_name when 'session_rate' then v_new::int else r.session_rate end;
  end if;
  if in_name ~ '^poll_' or in_name = 'push_pfn' then
    v_odd := mdm.poll_warning('{}');
    if v_odd is not null then
      raise warning '%: %', in_name, v_odd;
    end if;
  end if;
  perform mdm.event_add(null, 'setting.set', jsonb_build_object('name', in_name,
    'old', coalesce(v_old.value, v_old.preset),
    'new', v_new) || case when v_odd is null then '{}' else jsonb_build_object('warning', v_odd) end);
end
$$;
comment on function admin.setting_set is
  'Set a setting, after a check against its pattern; null brings the preset back.';

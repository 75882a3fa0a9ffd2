-- SPDX-License-Identifier: ISC
-- What is to stand for $(site.NAME) in the data of commands from now on, when
-- they are given to a device.  It is no secret: everybody who administrates
-- can read it.  MD400: the name or the value breaks a rule.
create or replace function admin.variable_set(in_name text, in_value text)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if in_name is null or in_name !~ '^[a-z][a-z0-9_]{0,63}$' then
    raise exception 'name: must be 1 to 64 of a-z, 0-9 and _, a letter first'
      using errcode = 'MD400';
  elsif in_value is null or octet_length(in_value) > 65536 then
    raise exception 'value: must be text of at most 65536 octets'
      using errcode = 'MD400';
  elsif in_value ~ '[\u0001-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]' then
    raise exception 'value: holds a character that XML cannot carry'
      using errcode = 'MD400';
  end if;
  insert into mdm.variable as v (name, value) values (in_name, in_value)
  on conflict (name) do update
     set value = excluded.value, changed_at = excluded.changed_at;
  perform mdm.event_add(null, 'variable.set', jsonb_build_object(
    'name', in_name, 'value', left(in_value, 200)));
end
$$;
comment on function admin.variable_set is
  'Set what stands for $(site.NAME) in the data of commands.';

-- SPDX-License-Identifier: ISC
-- Put a sealed value in the place of a clear one, or of one that an older key
-- sealed.  What it says stays the same, so this is no event; whoever was there
-- first stays.
create or replace function mdm.reseal(in_device uuid, in_purpose text,
  in_old text, in_new text)
returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if mdm.seal_key(in_new) is null then
    raise exception 'not a sealed value' using errcode = 'MD400';
  end if;
  case in_purpose
  when 'client_secret' then
    update mdm.enrollment e set client_secret = in_new
     where e.device = in_device and e.client_secret = in_old;
  when 'server_secret' then
    update mdm.enrollment e set server_secret = in_new
     where e.device = in_device and e.server_secret = in_old;
  when 'webhook' then
    update mdm.webhook w set secret = in_new where w.secret = in_old;
  else
    update mdm.secret s set value = in_new
     where s.device = in_device and 'secret.' || s.name = in_purpose
       and s.value = in_old;
  end case;
  return found;
end
$$;
comment on function mdm.reseal is
  'Put a sealed value in the place of a clear one or of an older key''s.';

-- SPDX-License-Identifier: ISC
-- What a status of a device means to an administrator, with what the device
-- added to it.
create or replace function admin.status_words(in_status int, in_error text)
returns text
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return nullif(concat_ws(' ',
    (select coalesce(c.meaning, c.name) from mdm.status_class c
      where c.status = in_status and c.class <> 'done'),
    case lower(in_error)
      when '0x86000002' then '0x86000002: the node was not found'
      when '0x86000031' then '0x86000031: a declared configuration owns it'
      when 'quarantined' then 'the device never answered it'
      when 'cancelled' then 'it was cancelled'
      when 'expired' then 'it was not delivered in time'
      when 'unknown' then 'the device never said what became of it'
      else in_error end), '');
end
$$;
comment on function admin.status_words is 'What a status means, in words.';

-- SPDX-License-Identifier: ISC
-- What is wrong with a command, without queueing it: by the rules that hold
-- for all, then by the catalogue, for a device or for any.  Null: nothing is.
create or replace function admin.csp_check(in_verb text, in_uri text,
  in_data text default null, in_format text default 'chr',
  in_device uuid default null)
returns text
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(mdm.command_fault(in_verb, in_uri, in_data, in_format, 'text/plain'),
    mdm.csp_fault(in_verb, in_uri, in_data, in_format,
      (select d.os_version from mdm.device d where d.device = in_device)));
end
$$;
comment on function admin.csp_check is
  'What is wrong with a command, by its form and by the catalogue; null when nothing.';

-- SPDX-License-Identifier: ISC
-- What a status means for a command: its class in mdm.status_class, or, where
-- a setting lets it be sent again with the other verb (once: unless that is
-- what in_instead says was done), instead.
create or replace function mdm.outcome(in_status int, in_verb text,
  in_instead text)
returns text
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_rule text := case
    when in_status = 404 and coalesce(in_instead, in_verb) = 'Delete' then 'delete_missing'
    when in_instead is not null then null
    when in_status = 418 and in_verb = 'Add' then 'add_exists'
    when in_status = 404 and in_verb = 'Replace' then 'replace_missing'
  end;
begin
  if in_status is null then
    return null;
  elsif v_rule is not null and exists (select from mdm.setting s
    where s.name = v_rule and coalesce(s.value, s.preset) = 'true') then
    return case v_rule when 'delete_missing' then 'done' else 'instead' end;
  end if;
  return coalesce(
    (select c.class from mdm.status_class c where c.status = in_status),
    case when in_status between 200 and 299 then 'done' else 'failed' end);
end
$$;
comment on function mdm.outcome is
  'The class of a status, for a command with this verb; or instead, to send it with the other verb.';

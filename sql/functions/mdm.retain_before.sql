-- SPDX-License-Identifier: ISC
-- What is older than this goes, as a setting of days has it.
create or replace function mdm.retain_before(in_setting text)
returns timestamptz
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select now() - make_interval(days => coalesce(s.value, s.preset)::int)
    from mdm.setting s where s.name = in_setting;
$$;
comment on function mdm.retain_before is
  'The moment before which a setting of days lets things go.';

-- SPDX-License-Identifier: ISC
-- The devices of a group, or those of which a rule is true, or both, that can
-- be given commands: what enqueue_many takes.  Null: all.  MD404: no such
-- group; MD400: the rule is none.
create or replace function admin.targets(in_group text default null,
  in_rule jsonb default null)
returns uuid[]
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fault text := case when in_rule is not null then mdm.rule_fault(in_rule) end;
begin
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD400';
  elsif in_group is not null and not exists (select from mdm.group g
      where g.name = in_group) then
    raise exception 'no group "%"', in_group using errcode = 'MD404';
  end if;
  return (select coalesce(array_agg(d.device order by d.device), '{}')
            from mdm.device d
           where d.state in ('enrolling', 'enrolled', 'blocked')
             and (in_group is null or in_group = 'all'
               or mdm.in_group(d.device, in_group))
             and (in_rule is null or mdm.rule_fits(d.device, in_rule)));
end
$$;
comment on function admin.targets is
  'The devices of a group or of which a rule is true, for enqueue_many.';

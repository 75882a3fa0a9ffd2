-- SPDX-License-Identifier: ISC
-- Make a profile, or change it whole; says whether anything changed.  MD400:
-- what is wrong with it.
create or replace function mdm.profile_write(in_new mdm.profile,
  in_items mdm.profile_item[])
returns boolean
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_fault text := mdm.profile_fault(in_new, in_items);
  v_old   mdm.profile;
  v_same  boolean;
begin
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD400';
  end if;
  perform mdm.desired_lock();
  select p.* into v_old from mdm.profile p where p.name = in_new.name;
  v_same := in_items is not distinct from (select array_agg(i order by i.item)
    from mdm.profile_item i where i.profile = in_new.name)
    and (v_old.atomic, v_old.restore, v_old.priority, v_old.rule)
      is not distinct from (in_new.atomic, in_new.restore, in_new.priority,
        in_new.rule);
  if v_same and v_old.description is not distinct from in_new.description then
    return false;
  end if;

  if not v_same then
    perform mdm.csp_guard(null, array(
      select jsonb_populate_record(null::mdm.part, jsonb_build_object(
               'part', i.item, 'verb', i.verb, 'uri', i.uri, 'format', i.format,
               'data', i.data))
        from unnest(in_items) i order by i.item));
  end if;
  insert into mdm.profile (name, atomic, restore, priority, rule, description)
  values (in_new.name, in_new.atomic, in_new.restore, in_new.priority,
    in_new.rule, in_new.description)
  on conflict (name) do update
     set atomic = excluded.atomic, restore = excluded.restore,
         priority = excluded.priority, rule = excluded.rule,
         description = excluded.description, changed_at = excluded.changed_at;
  if not v_same then
    delete from mdm.profile_item i where i.profile = in_new.name;
    insert into mdm.profile_item select * from unnest(in_items);
    perform mdm.revision_raise();
  end if;
  perform mdm.event_add(null, 'profile.set', jsonb_build_object(
    'name', in_new.name, 'items', cardinality(in_items),
    'atomic', in_new.atomic, 'restore', in_new.restore,
    'priority', in_new.priority, 'rule', in_new.rule));
  return true;
end
$$;
comment on function mdm.profile_write is
  'Make a profile, or change it whole; says whether anything changed.';

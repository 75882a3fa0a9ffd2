-- SPDX-License-Identifier: ISC
-- Queue a command whose parts are good for a device, and say its id.  What is
-- for later is queued as well: the device's next message finds that it has to
-- wait, under the lock of its session, which is not taken here.  MD404: no
-- such device; MD409: it has left; MD400: the times break a rule, or a
-- variable in the data is known to have no value.
create or replace function mdm.command_add(in_device uuid,
  in_parts mdm.part[], in_priority int default 5,
  in_not_before timestamptz default null,
  in_expires_at timestamptz default null,
  in_origin text default 'administrator', in_rollout uuid default null)
returns uuid
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_command uuid := gen_random_uuid();
  v_fault   text := mdm.schedule_fault(in_priority, in_not_before, in_expires_at);
  v_many    boolean := cardinality(in_parts) > 1;
  v_first   mdm.part;
  v_texts   text[];
  v_seq     bigint;
begin
  select array_agg(p.data) into v_texts from unnest(in_parts) p
   where strpos(p.data, '$(') > 0;
  if v_fault is null and v_texts is not null then
    v_fault := mdm.variables_unknown(in_device, v_texts);
  end if;
  if v_fault is not null then
    raise exception '%', v_fault using errcode = 'MD400';
  end if;
  if in_origin in ('administrator', 'rollout') then
    perform mdm.csp_guard(in_device, in_parts);
  end if;
  v_seq := mdm.command_seq(in_device);
  select * into v_first from unnest(in_parts) p where p.uri is not null
   order by p.part limit 1;

  insert into mdm.command (device, seq, command, verb, uri, format, type,
    data, size, user_scope, once, parts, priority, not_before, expires_at,
    origin, rollout, variables)
  select in_device, v_seq, v_command, in_parts[1].verb, v_first.uri,
         v_first.format, v_first.type,
         case when not v_many then v_first.data end,
         sum(mdm.command_size(coalesce(p.uri, ''), coalesce(p.type, ''), p.data)
           + case when strpos(p.data, '$(') > 0
               then mdm.variables_size(in_device, p.data) else 0 end),
         bool_or(lower(p.uri) like './user/%'),
         bool_or(mdm.run_once(p.verb, p.uri)),
         case when v_many then count(*) else 0 end,
         in_priority, in_not_before, in_expires_at, in_origin, in_rollout,
         v_texts is not null
    from unnest(in_parts) p;
  if v_many then
    insert into mdm.part (device, seq, part, parent, item, verb, uri, format,
      type, data)
    select in_device, v_seq, p.part, p.parent, p.item, p.verb, p.uri, p.format,
           p.type, p.data
      from unnest(in_parts) p;
  end if;
  perform mdm.event_add(in_device, 'command.queued', jsonb_build_object(
    'command', v_command, 'verb', in_parts[1].verb, 'uri', v_first.uri,
    'parts', case when v_many then cardinality(in_parts) end,
    'origin', nullif(in_origin, 'administrator'), 'rollout', in_rollout));
  return v_command;
end
$$;
comment on function mdm.command_add is
  'Queue a command whose parts were checked; says its id.';

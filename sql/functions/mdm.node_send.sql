-- SPDX-License-Identifier: ISC
-- Queue the commands of some steps for a device; their seq counts from 1.
-- Says what is to be added to it.
create or replace function mdm.node_send(in_device uuid,
  in_steps mdm.node_step[])
returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_count bigint := (select max(s.seq) from unnest(in_steps) s);
  v_base  bigint;
begin
  perform from mdm.device d where d.device = in_device for share;
  update mdm.counter c set command = c.command + v_count
   where c.device = in_device
  returning c.command - v_count into strict v_base;
  insert into mdm.command (device, seq, command, verb, uri, format, type, data,
    size, user_scope, once, parts, origin, variables)
  select in_device, v_base + s.seq, gen_random_uuid(),
         (array_agg(s.verb order by s.part))[1], f[1], f[2], f[3],
         max(s.data) filter (where s.part = 0),
         sum(mdm.command_size(coalesce(s.uri, ''), coalesce(s.type, ''), s.data)
           + case when strpos(s.data, '$(') > 0
               then mdm.variables_size(in_device, s.data) else 0 end),
         bool_or(lower(s.uri) like './user/%'),
         bool_or(mdm.run_once(s.verb, s.uri)),
         count(*) filter (where s.part > 0), 'profile',
         coalesce(bool_or(strpos(s.data, '$(') > 0), false)
    from unnest(in_steps) s
    join (select distinct on (t.seq) t.seq, array[t.uri, t.format, t.type] as f
            from unnest(in_steps) t where t.uri is not null
           order by t.seq, t.part) t on t.seq = s.seq
   group by s.seq, f;
  insert into mdm.part (device, seq, part, parent, item, verb, uri, format,
    type, data)
  select in_device, v_base + s.seq, s.part, case s.part when 1 then 0 else 1 end,
         0, s.verb, s.uri, s.format, s.type, s.data
    from unnest(in_steps) s where s.part > 0;
  perform set_config('fenestra.message', 'changed', true);
  return v_base;
end
$$;
comment on function mdm.node_send is
  'Queue the commands of some steps for a device.';

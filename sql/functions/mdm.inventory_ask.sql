-- SPDX-License-Identifier: ISC
-- Queue one kind of question for a device, whose lock is held, unless it is on
-- its way: one Get, behind all else.  Without the nodes that this Windows does
-- not know.
create or replace function mdm.inventory_ask(in_device uuid, in_kind text,
  in_uris text[], in_os_version text)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_uris text[];
  v_seq  bigint;
begin
  if exists (select from mdm.inventory_asked a
      join mdm.command c on c.device = a.device and c.seq = a.seq
     where a.device = in_device and a.kind = in_kind) then
    return;
  end if;
  delete from mdm.inventory_missing m
   where m.device = in_device and m.uri = any (in_uris)
     and m.os_version is distinct from in_os_version;
  select array_agg(u.uri order by u.n) into v_uris
    from unnest(in_uris) with ordinality u (uri, n)
   where not exists (select from mdm.inventory_missing m
     where m.device = in_device and m.uri = u.uri);
  if v_uris is not null then
    v_seq := mdm.command_seq(in_device);
    insert into mdm.command (device, seq, command, verb, uri, format, type,
      size, user_scope, once, parts, priority, origin)
    select in_device, v_seq, gen_random_uuid(), 'Get', v_uris[1], 'chr',
           'text/plain', sum(mdm.command_size(u, 'text/plain', null)), false, false,
           case when cardinality(v_uris) > 1 then cardinality(v_uris) else 0 end,
           -1, 'inventory'
      from unnest(v_uris) u;
    insert into mdm.part (device, seq, part, parent, item, verb, uri, format, type)
    select in_device, v_seq, u.n, 0, u.n - 1, 'Get', u.uri, 'chr', 'text/plain'
      from unnest(v_uris) with ordinality u (uri, n)
     where cardinality(v_uris) > 1;
    perform set_config('fenestra.message', 'changed', true);
  end if;
  insert into mdm.inventory_asked as a (device, kind, seq, asked_at, os_version)
  values (in_device, in_kind, v_seq, now(), in_os_version)
  on conflict (device, kind) do update
     set seq = excluded.seq, asked_at = excluded.asked_at,
         os_version = excluded.os_version;
end
$$;
comment on function mdm.inventory_ask is
  'Queue one kind of question for a device.';

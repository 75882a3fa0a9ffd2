-- SPDX-License-Identifier: ISC
-- Remove what stands below a node and was not brought by a command.
create or replace function mdm.inventory_prune(in_device uuid,
  in_prefix text, in_seq bigint)
returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  with gone as (
    delete from mdm.inventory i
     where i.device = in_device and starts_with(i.uri, in_prefix)
       and i.seen_seq is distinct from in_seq
    returning i.uri, i.value
  )
  insert into mdm.inventory_change (device, uri, at, former)
  select in_device, g.uri, now(), g.value from gone g
  on conflict (device, uri, at) do update set value = excluded.value;
  if found then
    perform mdm.rule_again(in_device);
    perform set_config('fenestra.message', 'changed', true);
  end if;
end
$$;
comment on function mdm.inventory_prune is
  'Remove what a device no longer has below a node.';

-- SPDX-License-Identifier: ISC
-- What is to be done so that a device becomes what it is to be:
--   set           send it, also again
--   read          ask whether it is still so
--   note          it is right, but belongs to another profile now
--   remove        take back what nobody wants any longer
--   forget        it never got there, and nobody wants it
--   keep          nobody wants it, and nothing takes it back
--   inapplicable  no profile that wants it is made for this device
-- null when there is nothing.
create or replace function mdm.node_diff(in_device uuid)
returns mdm.node_act[]
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_slot timestamptz := mdm.verify_slot(in_device, now());
begin
  return (
  select array_agg(row(w.act, w.node, w.exec, w.uri, w.profile, w.item, w.rank,
           w.generation, w.want, w.overrides, w.atomic, w.record, w.remove,
           w.compare)::mdm.node_act)
    from (
      select case
          when d.applies is null or not d.applies then case
            when n.state = 'leaving' then case
              when n.seq is null and coalesce(n.retry_at, now()) <= now() then 'remove' end
            when n.node is null or d.applies is not null and n.set_at is null
              then case when n.state is distinct from 'not applicable'
                or n.status is not null then 'inapplicable' end
            when n.state = 'cannot be removed' then null
            when n.set_at is null then 'forget'
            when n.remove is null and n.former_data is null then 'keep'
            else 'remove' end
          when n.node is null or n.want is distinct from d.want
            or n.profile = d.profile and n.generation < d.generation
            or n.state = 'pending' and n.seq is null
            or n.state = 'not applicable' and n.status is null
            or n.state in ('failed', 'drifted') and n.retry_at <= now() then 'set'
          when n.readable is distinct from false and d.compare <> 'none'
            and (n.state in ('applied', 'verified')
              or n.state = 'pending' and exists (select from mdm.command c
                where c.device = in_device and c.seq = n.seq and c.state = 'accepted'))
            and coalesce(n.checked_at, '-infinity') < v_slot
            and not exists (select from mdm.command c
              where c.device = in_device and c.seq = n.read_seq) then 'read'
          when (n.profile, n.generation, n.overrides, n.remove)
            is distinct from (d.profile, d.generation, d.overrides, d.remove)
            or n.state = 'cannot be removed' then 'note'
        end as act,
        coalesce(d.node, n.node) as node, coalesce(d.exec, n.exec) as exec,
        coalesce(d.uri, n.uri) as uri, coalesce(d.profile, n.profile) as profile,
        d.item, d.rank, d.generation, d.want, d.overrides, d.atomic,
        d.restore and n.set_at is null and coalesce(not n.recorded, true) as record,
        case when d.applies then d.remove else n.remove end as remove, d.compare
        from mdm.desired_items(in_device) d
        full join (select * from mdm.node where device = in_device) n
          on n.node = d.node and n.exec = d.exec) w
   where w.act is not null);
end
$$;
comment on function mdm.node_diff is
  'What is to be done so that a device becomes what it is to be.';

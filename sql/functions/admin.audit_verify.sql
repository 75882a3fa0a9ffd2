-- SPDX-License-Identifier: ISC
-- Verify the chain of hashes of the audit trail: of one device, or of all and
-- of the server (device null; its own id is the nil uuid).  Gives the first
-- row of each chain that is not as it was written, was removed, put in or put
-- elsewhere, and nothing when all is as it was.
--
-- Who may write to the tables as a superuser can write a whole new chain.
-- Only the hashes of admin.audit_export, kept elsewhere, show that.
create or replace function admin.audit_verify(in_device uuid default null)
returns table (device uuid, seq bigint, fault text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  return query
  with event as (
    select e.device, e.seq, e.sha256,
           lag(e.seq, 1, coalesce(a.seq, 0)) over w as before,
           sha256(convert_to(mdm.event_line(e.device, e.seq, e.at, e.kind,
             e.actor, e.operator, e.client, e.application, e.detail,
             lag(e.sha256, 1, coalesce(a.sha256, '')) over w), 'UTF8')) as made
      from mdm.event e
      left join mdm.event_anchor a on a.device = e.device
     where e.device = in_device or in_device is null
    window w as (partition by e.device order by e.seq)
  ), chain as (
    select coalesce(c.device, l.device) as device, c.event, c.event_sha256,
           coalesce(l.seq, a.seq, 0) as seq,
           coalesce(l.sha256, a.sha256, '') as sha256,
           a.seq is not null and not exists (select from mdm.event e
             where e.device = a.device and e.seq > a.seq
               and e.kind = 'audit.forgotten'
               and e.detail @> jsonb_build_object('to', a.seq, 'sha256',
                     encode(a.sha256, 'hex'))) as cut, a.seq as anchor
      from mdm.counter c
      full join (select distinct on (e.device) e.device, e.seq, e.sha256
                   from event e order by e.device, e.seq desc) l
        on l.device = c.device
      left join mdm.event_anchor a on a.device = coalesce(c.device, l.device)
     where coalesce(c.device, l.device) = in_device or in_device is null
  )
  select distinct on (f.device)
         nullif(f.device, '00000000-0000-0000-0000-000000000000'), f.seq, f.fault
    from (
      select e.device, e.seq, case
               when e.seq <> e.before + 1 then format('%s that stood before it are missing',
                 e.seq - e.before - 1)
               else 'is not what was written, or does not follow the one before it'
             end as fault
        from event e
       where e.seq <> e.before + 1 or e.made <> e.sha256
       union all
      select c.device, c.anchor, 'the beginning was cut off, and no event says so'
        from chain c where c.cut
       union all
      select c.device, c.seq, case
               when c.event is null then 'the counter of the chain is missing'
               when c.event > c.seq then format('%s that stood after it are missing',
                 c.event - c.seq)
               else 'is not the end that was written'
             end
        from chain c
       where (c.event, c.event_sha256) is distinct from (c.seq, c.sha256)
       union all
      select d.device, 0, 'the counter of the chain is missing'
        from mdm.device d
       where (d.device = in_device or in_device is null)
         and not exists (select from mdm.counter c where c.device = d.device)) f
   order by f.device, f.seq;
end
$$;
comment on function admin.audit_verify is
  'The first row of each chain of the audit trail that is not as it was written; none: all is well.';

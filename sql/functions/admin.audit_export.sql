-- SPDX-License-Identifier: ISC
-- The audit trail as lines of JSON, one object each, in the order of each
-- chain; of one device or of all and the server, from a time on.
--
-- sha256, the last member, is the SHA-256 of the line without it: up to the
-- comma before it, then the brace.  previous is that of the line before in
-- the chain of the device, or empty for the first that there ever was.
create or replace function admin.audit_export(in_device uuid default null,
  in_from timestamptz default '-infinity')
returns table (line text)
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select left(l.line, -1) || ', "sha256": "' || encode(e.sha256, 'hex') || '"}'
    from mdm.event e
    left join mdm.event p on p.device = e.device and p.seq = e.seq - 1
    left join mdm.event_anchor a on a.device = e.device and a.seq = e.seq - 1,
         mdm.event_line(e.device, e.seq, e.at, e.kind, e.actor, e.operator,
           e.client, e.application, e.detail,
           coalesce(p.sha256, a.sha256, '')) as l (line)
   where (e.device = in_device or in_device is null) and e.at >= in_from
   order by e.device, e.seq;
$$;
comment on function admin.audit_export is
  'The audit trail as lines of JSON that can be verified elsewhere.';

-- SPDX-License-Identifier: ISC
-- What must hold after every fault.  Each query gives the rows that break its
-- rule, as (device, what); none means that it holds.  broken.sql shows for
-- each of them that it can find something.

-- I2 a command is on its way or has ended, not both
select c.device, 'command ' || c.seq from mdm.command c
  join mdm.command_done h on h.device = c.device
   and (h.seq = c.seq or h.command = c.command);

-- I2 a command has one name and a name one command
select a.device, 'command ' || string_agg(a.seq::text, ' ') from mdm.command_any a
 group by a.device, a.command having count(*) > 1;

-- I2 who has ended well or badly was sent, and answered or given up, or could
-- not be sent as its variables had no value
select h.device, 'command ' || h.seq from mdm.command_done h
 where h.state in ('done', 'failed')
   and (h.attempts = 0 or h.status is null
        and h.error is distinct from 'quarantined')
   and not (h.state = 'failed' and h.status is null and h.error ~ '^\$\(|variable');

-- I2 a result belongs to a command that was sent
select r.device, 'result of ' || r.seq from mdm.result r
 where not exists (select from mdm.command_any c where c.device = r.device
                      and c.seq = r.seq and c.attempts > 0);

-- I2 an act leaves one event
select e.device, e.kind || ' ' || count(*) from mdm.event e
 where e.kind in ('device.enrolled', 'certificate.issued', 'enrollment.reserved',
                  'device.unenrolled')
 group by e.device, e.kind
having count(*) > case e.kind
  when 'certificate.issued' then (select count(*) from mdm.certificate c
    where c.device = e.device and c.content is not null)
  else (select count(*) from mdm.enrollment n where n.device = e.device) end;

-- I2 an alert is of a message that was taken
select a.device, 'alert of session ' || a.session from mdm.alert a
  left join mdm.session s on s.device = a.device
 where s.number is null or a.session > s.number
    or a.session = s.number and a.msg > s.client_msg;

-- I3 attempts are the answers that carried it
select c.device, 'command ' || c.seq || ': ' || c.attempts
  from mdm.command_any c
  left join (select d.device, d.seq, count(distinct (d.session, d.msg)) as n
               from mdm.delivery d where not d.chunk
              group by d.device, d.seq) d
    on d.device = c.device and d.seq = c.seq
 where c.attempts <> coalesce(d.n, 0);

-- I3 what waits for an answer was sent in the session that is open
select c.device, 'command ' || c.seq from mdm.command c
 where c.state = 'sent'
   and (c.sent_at is null or not exists (
     select from mdm.delivery d join mdm.session s on s.device = d.device
      where d.device = c.device and d.seq = c.seq and d.session = s.number
        and d.msg = c.sent_msg and d.msg <= s.server_msg));

-- I3 a delivery is of a known command in a session that was
select d.device, 'delivery ' || d.session || '/' || d.msg || '/' || d.cmd_id
  from mdm.delivery d
  left join mdm.session s on s.device = d.device
 where s.number is null or d.session > s.number
    or d.session = s.number and d.msg > s.server_msg
    or not exists (select from mdm.command_any c
                    where c.device = d.device and c.seq = d.seq);

-- I3 an answer carries a command once
select d.device, 'command ' || d.seq || ' in ' || d.session || '/' || d.msg
  from mdm.delivery d
 group by d.device, d.session, d.msg, d.seq, d.part having count(*) > 1;

-- I4 what must run once was sent once, or again where the device said "later"
-- (of what has ended that is not known any more: it counts as wrong)
select c.device, 'command ' || c.seq || ': ' || d.n
  from (select d.device, d.seq, count(distinct (d.session, d.msg)) as n
          from mdm.delivery d where not d.chunk
         group by d.device, d.seq) d
  join mdm.command_any c on c.device = d.device and c.seq = d.seq
  left join mdm.command q on q.device = d.device and q.seq = d.seq
 where d.n > 1 and d.n > 1 + coalesce(q.retries, 0)
   and mdm.run_once(c.verb, c.uri);

-- I4 what must run once does not wait to be sent a second time
select c.device, 'command ' || c.seq from mdm.command c
 where c.once and c.state in ('queued', 'waiting') and c.attempts > c.retries;

-- I4 only what must run once ends as unknown
select h.device, 'command ' || h.seq from mdm.command_done h
  join mdm.device d on d.device = h.device
 where h.state = 'unknown' and h.parts = 0 and h.status is null
   and d.state = 'enrolled' and not mdm.run_once(h.verb, h.uri);

-- I5 none is sent for the first time before one of its priority that was queued earlier
with first as (
  select c.device, c.seq, lower(c.uri) like './user/%' as of_user, c.priority,
         c.state, d.at
    from mdm.command_any c
    left join (select d.device, d.seq, min(array[d.session, d.msg, d.cmd_id]) as at
                 from mdm.delivery d group by d.device, d.seq) d
      on d.device = c.device and d.seq = c.seq
   where not c.waited -- for its time, while others passed it
)
select f.device, 'command ' || f.seq
  from (select *, min(at) over w as earliest, bool_or(at is not null) over w as later
          from first
        window w as (partition by device, of_user, priority order by seq
          rows between 1 following and unbounded following)) f
 where f.earliest < f.at or f.at is null and f.state = 'queued' and f.later;

-- I6 a serial number is used once
select min(c.device::text)::uuid, 'serial ' || encode(c.serial, 'hex')
  from mdm.certificate c group by c.serial having count(*) > 1;

-- I6 each request has one serial number, which leads to its device
select e.device, 'enrollment ' || e.number from mdm.enrollment e
 where (select count(*) from mdm.certificate c
         where c.device = e.device and c.enrollment = e.number) <> 1
 union all
select c.device, 'serial ' || encode(c.serial, 'hex') from mdm.certificate c
 where not exists (select from mdm.device_key k where k.kind = 'serial'
                      and k.value = c.serial and k.device = c.device);

-- I6 what was signed is what was reserved before
select c.device, 'serial ' || encode(c.serial, 'hex') from mdm.certificate c
  join mdm.enrollment e on e.device = c.device and e.number = c.enrollment
 where c.content is not null
   and (c.sha256 is distinct from sha256(c.content)
        or position(c.serial in c.content) = 0
        or c.issued_at < e.requested_at)
    or c.content is null and c.state = 'issued';

-- I7 a certificate and a key belong to one device
select c.device, 'certificate ' || encode(c.sha256, 'hex')
  from mdm.certificate c
 where c.sha256 is not null
   and not exists (select from mdm.device_key k where k.kind = 'certificate'
                      and k.value = c.sha256 and k.device = c.device)
 union all
select min(e.device::text)::uuid, 'key ' || encode(e.public_key_sha256, 'hex')
  from mdm.enrollment e group by e.public_key_sha256 having count(*) > 1;

-- I8 the nonce that was given last is the one that is expected
select s.device, 'nonce' from mdm.session s
  join mdm.session_more m on m.device = s.device and m.number = s.number
   and m.server_msg = s.server_msg
  left join mdm.refusal r on r.device = s.device
 where m.nonce is not null and (r.at is null or r.at < s.seen_at)
   and not exists (select from mdm.dm_account a
                    where a.device = s.device and a.client_nonce = m.nonce)
 union all
select s.device, 'nonce' from mdm.session s
  join mdm.refusal r on r.device = s.device
 where r.nonce is not null and (s.seen_at is null or s.seen_at < r.at)
   and not exists (select from mdm.dm_account a
                    where a.device = s.device and a.client_nonce = r.nonce);

-- I10 what was queued is on its way, has ended, or was removed when it was old
select c.device, 'queued ' || c.command || ', there are '
       || n.live + n.ended + c.forgotten
  from mdm.counter c,
       lateral (select (select count(*) from mdm.command q
                         where q.device = c.device) as live,
                       (select count(*) from mdm.command_done h
                         where h.device = c.device) as ended) n
 where c.command <> n.live + n.ended + c.forgotten;

-- I9 each event is as it was written and follows the one before it
select e.device, 'event ' || e.seq
  from (select e.device, e.seq, e.sha256,
               sha256(convert_to(mdm.event_line(e.device, e.seq, e.at, e.kind,
                 e.actor, e.operator, e.client, e.application, e.detail,
                 lag(e.sha256, 1, coalesce(a.sha256, '')) over w), 'UTF8')) as made
          from mdm.event e
          left join mdm.event_anchor a on a.device = e.device
        window w as (partition by e.device order by e.seq)) e
 where e.made <> e.sha256;

-- I9 the audit trail ends where its counter says
select c.device, 'events ' || c.event from mdm.counter c
  left join lateral (select e.seq, e.sha256 from mdm.event e
    where e.device = c.device order by e.seq desc limit 1) e on true
 where (c.event, c.event_sha256) is distinct from
       (coalesce(e.seq, 0), coalesce(e.sha256, ''));

-- I9 the audit trail has no gap
select c.device, 'events ' || c.event from mdm.counter c
 where c.event <> (select count(*) from mdm.event e where e.device = c.device)
       + coalesce((select a.seq from mdm.event_anchor a
                    where a.device = c.device), 0);

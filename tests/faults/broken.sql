-- SPDX-License-Identifier: ISC
-- For each query of invariants.sql a wrong that it has to find.  Done in a
-- transaction that is rolled back, without foreign keys.

-- I2 a command is on its way or has ended, not both
insert into mdm.command (device, seq, command, verb, uri, format, type, size,
  user_scope, once)
select h.device, h.seq, gen_random_uuid(), h.verb, h.uri, h.format, h.type, 1,
       false, false
  from mdm.command_done h limit 1;

-- I2 a command has one name and a name one command
insert into mdm.command (device, seq, command, verb, uri, format, type, size,
  user_scope, once)
select h.device, h.seq + 100000, h.command, h.verb, h.uri, h.format, h.type, 1,
       false, false
  from mdm.command_done h limit 1;

-- I2 who has ended well or badly was sent, and answered or given up, or could
-- not be sent as its variables had no value
update mdm.command_done set status = null where state = 'done';

-- I2 a result belongs to a command that was sent
insert into mdm.result (device, seq, uri)
select c.device, c.seq, 'x' from mdm.command c
 where c.state = 'queued' and c.attempts = 0 limit 1;

-- I2 an act leaves one event
insert into mdm.event (device, seq, kind, actor, sha256)
select e.device, e.seq + 100000, e.kind, e.actor, e.sha256 from mdm.event e
 where e.kind = 'certificate.issued' limit 1;

-- I2 an alert is of a message that was taken
update mdm.alert set session = session + 100;

-- I3 attempts are the answers that carried it
update mdm.command_done set attempts = attempts + 1;

-- I3 what waits for an answer was sent in the session that is open
update mdm.session s set number = number + 1
 where exists (select from mdm.command c
                where c.device = s.device and c.state = 'sent');

-- I3 a delivery is of a known command in a session that was
update mdm.delivery set seq = seq + 100000;

-- I3 an answer carries a command once
insert into mdm.delivery (device, session, msg, cmd_id, seq)
select d.device, d.session, d.msg, d.cmd_id + 1000, d.seq from mdm.delivery d
 where d.part = 0 limit 1;

-- I4 what must run once was sent once, or again where the device said "later"
-- (of what has ended that is not known any more: it counts as wrong)
insert into mdm.delivery (device, session, msg, cmd_id, seq)
select d.device, d.session, d.msg + 1, d.cmd_id + 1000, d.seq
  from mdm.delivery d
  join mdm.command_any c on c.device = d.device and c.seq = d.seq
 where mdm.run_once(c.verb, c.uri) limit 1;

-- I4 what must run once does not wait to be sent a second time
update mdm.command set state = 'queued' where once and state = 'sent';

-- I4 only what must run once ends as unknown
update mdm.command_done set state = 'unknown', status = null
 where verb = 'Replace';

-- I5 none is sent for the first time before one of its priority that was queued earlier
insert into mdm.command (device, seq, command, verb, uri, format, type, size,
  user_scope, once)
select d.device, 0, gen_random_uuid(), 'Get', './x', 'chr', 'text/plain', 1,
       false, false
  from mdm.delivery d limit 1;

-- I6 a serial number is used once
update mdm.certificate set serial = '\x01';

-- I6 each request has one serial number, which leads to its device
insert into mdm.certificate (device, serial, enrollment, not_before, not_after)
select c.device, '\x01', c.enrollment, c.not_before, c.not_after
  from mdm.certificate c limit 1;

-- I6 what was signed is what was reserved before
update mdm.certificate set content = '\x00' where content is not null;

-- I7 a certificate and a key belong to one device
update mdm.device_key k
   set device = '00000000-0000-0000-0000-000000000000'
 where k.kind = 'certificate';

-- I8 the nonce that was given last is the one that is expected
insert into mdm.session_more (device, number, server_msg, nonce)
select s.device, s.number, s.server_msg, '\x0011' from mdm.session s
 where s.number > 0 limit 1;

-- I10 what was queued is on its way, has ended, or was removed when it was old
update mdm.counter set command = command + 1 where command > 0;

-- I9 each event is as it was written and follows the one before it
update mdm.event set actor = 'nobody' where kind = 'device.enrolled';

-- I9 the audit trail ends where its counter says
delete from mdm.event e
 where e.seq = (select c.event from mdm.counter c where c.device = e.device);

-- I9 the audit trail has no gap
delete from mdm.event where kind = 'device.enrolled';

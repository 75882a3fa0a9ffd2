# SPDX-License-Identifier: ISC
"""Check-ins with nothing pending in a database that holds many devices and
many queued commands, against one that holds few: through the front server and
the workers by the few devices that have a connection, and in the database
alone by any of the devices, so that it is not always the same rows."""

import os
import re
import subprocess

from beside import Beside
from settings import DEVICES, LANES, PORT, ROUNDS, SECONDS, Series

FEW = 1000
AIM = 1.5
DATABASE = 'large'
PROGRAMS = '/usr/lib/postgresql/15/bin/'

# Devices as they are after some months: even ones have commands waiting for
# them, odd ones check in.  The commands lie in the order in which they come
# to be when each is queued for everybody.
FILL = '''
set session_replication_role = replica;
set synchronous_commit = off;
create temporary table one as
select n, md5('device ' || n)::uuid as device, upper(md5('id ' || n)) as id,
       'user' || n || '@bench.test' as upn
  from generate_series(1, :devices) n;
insert into mdm.device (device, device_id, upn, state, name, manufacturer,
  model, enrolled_at)
select device, id, upn, 'enrolled', 'PC-' || n, 'VMware, Inc.', 'VMware7,1',
       now() from one;
insert into mdm.counter (device, command, event)
select device, 1000, 1000 from one;
insert into mdm.device_key (kind, value, device)
select k, sha256(convert_to(k || ' ' || n, 'UTF8')), device
  from one, unnest(array['owner', 'device_id', 'public_key', 'serial',
    'certificate']) k;
insert into mdm.enrollment (device, number, upn, device_id, enrollment_type,
  request_sha256, public_key_sha256, auth_name, client_secret, server_secret,
  client_nonce, server_nonce, context)
select device, 1, upn, id, 'Full', sha256(convert_to('request ' || n, 'UTF8')),
       sha256(convert_to('public_key ' || n, 'UTF8')), id, md5('c' || n),
       md5('s' || n), '', '', '[{"name": "DeviceName", "value": "PC"}]'
  from one;
insert into mdm.certificate (device, serial, enrollment, state, not_before,
  not_after, sha256, sha1, content, issued_at, seen_at)
select device, sha256(convert_to('serial ' || n, 'UTF8')), 1, 'issued',
       now() - interval '1 month', now() + interval '11 months',
       sha256(convert_to('certificate ' || n, 'UTF8')), '',
       decode(repeat(md5('content ' || n), 50), 'hex'), now(), now()
  from one;
insert into mdm.dm_account (device, enrollment, auth_type, client_nonce,
  server_nonce)
select device, 1, 'DIGEST', '', '' from one;
insert into mdm.session (device, number, session_id, client_msg, server_msg,
  body_sha256, login_status, final, started_at, seen_at)
select device, 1, '1', 1, 1, '', 'user', true, now(), now() from one;
insert into mdm.inventory (device, uri, value)
select device, uri, value
  from one, (values ('./DevInfo/Man', 'VMware, Inc.'),
    ('./DevInfo/Mod', 'VMware7,1'), ('./DevInfo/DmV', '1.3'),
    ('./DevInfo/Lang', 'en-US'), ('./DevInfo/DevId', null)) v (uri, value);
insert into mdm.command (device, seq, command, verb, uri, format, type, data,
  size, user_scope, once)
select device, i, gen_random_uuid(), 'Replace',
       './Vendor/MSFT/Policy/Config/Bench/Setting' || i, 'chr', 'text/plain',
       'value ' || i, 512, false, false
  from generate_series(1, :commands * 2 / :devices) i, one
 where n % 2 = 0 order by i, device;
insert into mdm.event (device, seq, kind, actor, detail, sha256)
select device, seq, 'command.queued', 'fenestra_admin',
       jsonb_build_object('command', command, 'verb', verb, 'uri', uri),
       sha256(convert_to(seq::text, 'UTF8'))
  from mdm.command where device in (select device from one);
'''

# The three calls of a worker for such a message, in one pipeline.
MESSAGE = r'''
\set n 2 * random(1, :devices / 2) - 1
\set s random(1, 2000000000)
\startpipeline
select server_msg, status, challenge, nonce, server_auth, server_secret, server_nonce, server_name from management.message(md5('device ' || :n)::uuid, sha256(convert_to('certificate ' || :n, 'UTF8')), upper(md5('id ' || :n)), to_hex(:s::bigint), 1, sha256(convert_to('body ' || :s, 'UTF8')), 'user', true, null, null, null, '', null, null, null, null, null);
select management.devinfo(md5('device ' || :n)::uuid, array['./DevInfo/Man', './DevInfo/Mod', './DevInfo/DmV', './DevInfo/Lang', './DevInfo/DevId'], array['VMware, Inc.', 'VMware7,1', '1.3', 'en-US', null]);
select cmd_id, parent, verb, uri, format, type, data, more, size from management.deliver(md5('device ' || :n)::uuid, 4);
\endpipeline
'''

COUNTS = '''
select count(*), (select count(*) from mdm.command where state = 'queued'),
       pg_size_pretty(pg_database_size(current_database()))
  from mdm.device;
'''
SESSIONS = 'select sum(number) from mdm.session'


class Size:
    """A database of one size, and how it is reached."""

    def __init__(self, bench, database, devices, commands, beside):
        self.bench, self.database, self.beside = bench, database, beside
        self.devices, self.commands = devices, commands
        self.rates, self.alone = [], []

    def psql(self, text, **variables):
        return self.bench.stack.psql(text, database=self.database, **variables)

    def fill(self):
        print('filling a database: %d devices, %d commands'
              % (self.devices, self.commands), flush=True)
        self.psql(FILL, devices=self.devices, commands=self.commands)
        self.psql('vacuum analyze')
        self.psql('checkpoint')

    def checkin(self):
        """By devices with a connection each."""
        return self.bench.checkin('-s', SECONDS, beside=self.beside)['rate']

    def message(self, seconds):
        """By any device, without a worker: rate of the transactions."""
        before = int(self.psql(SESSIONS))
        out = subprocess.run(
            [PROGRAMS + 'pgbench', '-n', '-M', 'prepared', '-c', '2', '-T',
             str(seconds), '-D', 'devices=%d' % self.devices,
             '-U', 'fenestra_management', '-f',
             self.bench.folder + '/message.pgbench', self.database],
            env=dict(os.environ, PGHOST=self.bench.stack.values['PGHOST']),
            stdout=subprocess.PIPE, text=True, check=True,
            timeout=seconds + 60).stdout
        done = int(re.search(r'actually processed: (\d+)', out)[1])
        if int(self.psql(SESSIONS)) - before != done:
            raise SystemExit('bench: not every transaction was a session')
        return float(re.search(r'tps = ([\d.]+)', out)[1])

    def text(self):
        devices, commands, size = self.psql(COUNTS).split('|')
        return '%s devices, %s commands queued, %s' % (
            format(int(devices), ','), format(int(commands), ','), size)


def copy(bench):
    """The stack's database once more, with its devices."""
    host = ['-h', bench.stack.values['PGHOST'], '-U', 'postgres']
    bench.stack.psql('create database %s owner fenestra_owner' % DATABASE)
    dump = subprocess.run([PROGRAMS + 'pg_dump', *host, 'fenestra'], check=True,
                          stdout=subprocess.PIPE, text=True, timeout=60)
    bench.stack.psql(dump.stdout, database=DATABASE)


def ratio(rates):
    """How many times slower the large one is."""
    few, many = rates
    return few.over(many).text('%.2f')


def measure(sizes):
    for size in sizes:  # what it takes to get going
        size.checkin()
        size.message(SECONDS)
    for i in range(ROUNDS):
        for size in sizes if i % 2 == 0 else reversed(sizes):
            size.rates.append(size.checkin())
            size.alone.append(size.message(SECONDS))
        print('sizes, round %d of %d: %s check-ins/s; %s transactions/s' % (
            i + 1, ROUNDS, ' and '.join('%.0f' % s.rates[-1] for s in sizes),
            ' and '.join('%.0f' % s.alone[-1] for s in sizes)), flush=True)


def report(bench, sizes):
    bench.say('', 'Check-ins with nothing pending, few devices against many')
    for letter, size in zip('AB', sizes):
        bench.say('  %s: %s' % (letter, size.text()))
    for label, figures in (
            ('of %d devices on as many connections' % LANES,
             [Series(s.rates) for s in sizes]),
            ('of any device, in the database alone',
             [Series(s.alone) for s in sizes])):
        bench.say('  ' + label,
                  '    A %s /s, B %s /s' % tuple(f.text() for f in figures),
                  '    B is slower by          %s   at most: %.2f'
                  % (ratio(figures), AIM))


def run(bench):
    copy(bench)
    large = Beside(bench.stack, 'large', PORT + 2, PORT + 3)
    sizes = (Size(bench, 'fenestra', FEW, FEW, None),
             Size(bench, DATABASE, DEVICES, 10 * DEVICES, large))
    bench.write('message.pgbench', MESSAGE)
    for size in sizes:
        size.fill()
    try:
        large.serve('fenestra-management', {
            'PGDATABASE': DATABASE,
            'FENESTRA_DEVICE_CA':
                bench.stack.values['CERT_DIR'] + '/device-ca.pem',
            'FENESTRA_SEAL_KEY': bench.stack.values['SEAL_KEY']})
        measure(sizes)
    finally:
        large.down()
    report(bench, sizes)
    bench.stack.psql('drop database %s with (force)' % DATABASE)

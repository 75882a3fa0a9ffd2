# SPDX-License-Identifier: ISC
"""What check-ins, sessions with commands and enrollments write: WAL, which a
replica and an archive are sent, and disk, which stays.  Bytes do not depend
on how fast the machine is, or on what else it does."""

import commands
from devices import Devices
from settings import LANES, QUICK

CHECKINS = 1000 if QUICK else 5000
ENROLLED = 100 if QUICK else 400
ROUNDS = 3 if QUICK else 10


def position(bench):
    """Bytes of WAL so far, and of the database's tables and indexes."""
    text = bench.stack.psql(
        'checkpoint; select pg_current_wal_insert_lsn() - \'0/0\','
        ' pg_database_size(current_database())')
    return [int(n) for n in text.split('|')]


def measured(bench, count, work):
    """(WAL, disk) of one of count things done by work(). Full pages are
    written once after each checkpoint: there is one before, as in a system
    where many devices share what lies between two checkpoints there is not."""
    before = position(bench)
    work()
    after = position(bench)
    return [(b - a) / count for a, b in zip(before, after)]


def run(bench):
    psql = bench.stack.psql
    psql("alter system set full_page_writes = 'off'")
    psql('select pg_reload_conf()')
    rows = []
    try:
        bench.checkin('-n', 200)
        rows.append(('check-in, one message', measured(
            bench, CHECKINS, lambda: bench.checkin('-n', CHECKINS))))
        devices = Devices(bench, 'xml', 4 * LANES)
        devices.start('--encoding=xml', '--commands=%d' % commands.COMMANDS)
        try:
            commands.measure(bench, devices, commands.Turn())
            rows.append(('session with %d commands' % commands.COMMANDS,
                         measured(bench, ROUNDS * devices.count,
                                  lambda: [commands.measure(
                                      bench, devices, commands.Turn())
                                           for _ in range(ROUNDS)])))
        finally:
            devices.stop()
        rows.append(('enrollment', measured(
            bench, ENROLLED, lambda: bench.enroll(
                'cheap', ENROLLED, '-w', 0, '-s', 600))))
    finally:
        psql('alter system reset full_page_writes')
        psql('select pg_reload_conf()')
    bench.say('', 'What is written, without the full pages that follow a '
              'checkpoint')
    for label, (wal, disk) in rows:
        bench.say('  %-26s %7.0f bytes of WAL, %7.0f of disk' % (
            label, wal, disk))

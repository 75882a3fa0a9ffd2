# SPDX-License-Identifier: ISC
"""Does a worker grow?  One worker takes messages of every kind: check-ins,
sessions with 20 commands, objects of 4 MiB from devices in chunks, of 1 MiB
(what a command may hold) to them in chunks and whole, in XML and WBXML.  Its
memory, and that of its PostgreSQL process, is read on the way."""

import os
import time

import machine
from devices import Devices
from settings import MESSAGES

LAP = 1000         # messages, about
OBJECT = 4 << 20   # octets: the setting object_maximum
MESSAGE = 262144   # octets of one, so that 50 are enough for an object
FLAT = 128         # KiB that are none

LARGE = ('--big=%d' % OBJECT, '--max-message=%d' % MESSAGE,
         '--max-object=%d' % OBJECT, '--large-objects')

ASK = '''
insert into wanted values (1, 'Get', './DevDetail/LrgObj', 'chr', null);
'''
BOTH_WAYS = '''
insert into wanted values
(1, 'Get', './Vendor/MSFT/Simulator/Big', 'chr', null),
(2, 'Replace', './Vendor/MSFT/Simulator/Plain', 'chr',
 repeat('0123456789abcdef', 65536));
'''
OUT = '''
insert into wanted values
(1, 'Replace', './Vendor/MSFT/Simulator/Plain', 'chr',
 repeat('0123456789abcdef', 65536));
'''


class Endurance:
    """The devices, and what was seen."""

    def __init__(self, bench):
        self.bench, self.stack = bench, bench.stack
        self.kinds, self.seen = {}, []
        self.messages, self.octets, self.largest = 0, 0, 0
        self.mark = os.path.getsize(self.stack.values['LOG'])

    def start(self):
        for name, count, options in (
                ('sessions-xml', 16, ('--encoding=xml',)),
                ('sessions-wbxml', 16, ('--encoding=wbxml',)),
                ('objects-xml', 1, ('--encoding=xml', *LARGE)),
                ('objects-wbxml', 1, ('--encoding=wbxml', *LARGE)),
                ('whole-xml', 1, ('--encoding=xml',)),
                ('whole-wbxml', 1, ('--encoding=wbxml',))):
            self.kinds[name] = Devices(self.bench, 'lasting-' + name, count)
            self.kinds[name].start(*options)
        self.stack.psql("select admin.setting_set('message_budget', '%d')"
                        % MESSAGE, user='fenestra_admin')

    def hold(self, name, *sql):
        self.kinds[name].queue(*sql)
        self.kinds[name].round()

    def count(self):
        """What the log has more."""
        log = self.stack.values['LOG']
        found = self.bench.log(self.mark)
        self.mark = os.path.getsize(log)
        self.messages += len(found)
        sizes = [int(f[k]) for f in found for k in ('in', 'out')]
        self.octets += sum(sizes)
        self.largest = max([self.largest, *sizes])

    def lap(self, number):
        encoding = ('xml', 'wbxml')[number // 2 % 2]
        self.hold('sessions-xml')
        self.hold('sessions-wbxml')
        if number % 2 == 0:
            self.hold('objects-' + encoding, BOTH_WAYS)
        else:
            self.hold('whole-' + encoding, OUT)
        self.bench.checkin('-n', LAP - 96, '-s', 300)
        self.count()

    def look(self):
        """Both processes, now."""
        worker, = machine.workers(self.stack.front(), 'fenestra-management')
        backend = int(self.stack.psql(
            "select pid from pg_stat_activity "
            "where usename = 'fenestra_management' "
            "and datname = 'fenestra'"))
        self.seen.append((self.messages, worker, machine.Memory(worker),
                          backend, machine.Memory(backend)))

    def run(self):
        """At the start, after 1 %, after half and at the end."""
        # Room is made once for the largest of each kind: let it be now.
        for encoding in ('xml', 'wbxml'):
            self.hold('objects-' + encoding, ASK)
            self.hold('objects-' + encoding, BOTH_WAYS)
            self.hold('whole-' + encoding, OUT)
        laps = 0
        for part in (0.01, 0.5, 1):
            while self.messages < MESSAGES * part:
                self.lap(laps)
                laps += 1
                if laps % 10 == 0:
                    print('endurance: %d messages' % self.messages, flush=True)
            self.look()
        for devices in self.kinds.values():
            devices.judge()

    def report(self, seconds):
        if len({(s[1], s[3]) for s in self.seen}) > 1:
            raise SystemExit('bench: a worker, or its backend, has died')
        say = self.bench.say
        say('', 'Memory in KiB while one worker took %d messages (%d MiB, the '
            'largest %d KiB) in %d s'
            % (self.messages, self.octets >> 20, self.largest >> 10, seconds),
            '  %-20s %s' % ('after messages', ' '.join(
                '%8d' % s[0] for s in self.seen)))
        # A backend's other pages are those of the shared buffers.
        for label, place, keys in (
                ('worker', 2, ('rss', 'pss', 'dirty', 'anon', 'fds')),
                ('its backend', 4, ('anon', 'fds'))):
            for key in keys:
                say('  %-13s %-6s %s' % (
                    label if key == keys[0] else '', key, growth(
                        [getattr(s[place], key) for s in self.seen],
                        0 if key == 'fds' else FLAT)))

    def stop(self):
        for devices in self.kinds.values():
            devices.stop()


def growth(values, flat):
    """The figures, and whether the last is above the second."""
    if None in values:
        return 'only root may see it'
    grown = values[-1] - values[1]
    return '%s   %s' % (' '.join('%8d' % v for v in values),
                        'flat' if grown <= flat
                        else 'grew by %d since the second' % grown)


def run(bench):
    bench.stack.again(1)
    work = Endurance(bench)
    start = time.monotonic()
    try:
        work.look()
        work.start()
        work.run()
        work.report(time.monotonic() - start)
    finally:
        work.stop()

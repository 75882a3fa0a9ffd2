#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""make bench: what the development stack does in a second, as ratios to
something trivial measured beside it in the same run.

BENCH_SECONDS      of each measurement (3); 2 is enough for a quick look, and
                   means less of everything
BENCH_ROUNDS       how often each is repeated, by turns (7)
BENCH_WORKERS      for each endpoint (4)
BENCH_CONNECTIONS  kept alive at once, a device each (8)
BENCH_PORT         the first of four ports in a row (9643)
BENCH_DEVICES      of the large database, each with ten commands (100000)
BENCH_MESSAGES     that one worker has to endure (10000)
BENCH_PARTS        only these, of: checkins scale profile commands enrollments
                   memory statements volume endurance; or oracle, on demand: what
                   the time of an answer tells of a user, and what bad
                   certificate requests cost
BENCH_SAMPLES      of each kind of user that oracle takes (2000)
"""

import base64
import os
import re
import signal
import statistics
import subprocess
import sys
import time

import commands
import endurance
import machine
import oracle
import profile_change
import scale
import volume
from beside import Floor
from settings import (LANES, PORT, QUICK, ROUNDS, SECONDS, WORKERS, Series,
                      parts, shares)
from stack import BIN, PATH, ROOT, Stack

SEED = os.path.join(ROOT, 'tests', 'data', 'seed')
SEED_DEVICE = '1E08C6E95D8BB843B1278FF45BC60CC6'
USERS = {'yescrypt': 5, 'cheap': 1}  # cost of the password hash
PASSWORD = 'demo'
WSSE = ('http://docs.oasis-open.org/wss/2004/01/'
        'oasis-200401-wss-wssecurity-secext-1.0.xsd')
TOKEN = '<wsse:BinarySecurityToken ValueType="http://schemas.microsoft.com/' \
    '5.0.0.0/ConfigurationManager/Enrollment/DeviceEnrollmentUserToken" ' \
    'EncodingType="%s#base64binary">%s</wsse:BinarySecurityToken>'
PROGRAMS = ('discovery', 'enrollment', 'management')
REQUESTS = 10000 * (1 if QUICK else WORKERS)


class Bench:
    """The stack, the floor beside it, and the loads."""

    def __init__(self):
        self.stack = Stack(WORKERS, PORT, PORT + 1)
        self.floor = None
        self.folder = None
        self.fresh = {}
        self.lines = []

    # Programs

    def tool(self, name, *words):
        """A program's key=value pairs; its own time-out is far beyond."""
        done = subprocess.run([os.path.join(BIN, name), *map(str, words)],
                              stdout=subprocess.PIPE, text=True, check=True,
                              timeout=900)
        return {k: float(v) for k, v in re.findall(r'(\w+)=([\d.]+)',
                                                   done.stdout)}

    def load(self, port, options, *words):
        common = ['-a', self.stack.values['CA_FILE'], '-c', LANES]
        for host in ('ENROLLMENT_HOST', 'MANAGEMENT_HOST'):
            common += ['-r', '%s:%d:127.0.0.1' % (self.stack.values[host],
                                                  port)]
        return self.tool('bench-load', *common, *options, *words)

    def checkin(self, *options, beside=None):
        """Check-ins at the stack, or at what stands beside it."""
        port = beside.https if beside else PORT
        words = ['https://%s:%d%s' % (self.stack.values['MANAGEMENT_HOST'],
                                      port, PATH),
                 self.folder + '/checkin.xml', self.folder + '/devices']
        if isinstance(beside, Floor):
            words.append(beside.length)
        return self.load(port, options, 'checkin', *words)

    def enroll(self, user, count, *options, keep=False):
        words = ['https://%s:%d/EnrollmentServer' % (
            self.stack.values['ENROLLMENT_HOST'], PORT),
                 '%s/policy-%s.xml' % (self.folder, user),
                 '%s/enroll-%s.xml' % (self.folder, user)]
        if keep:
            words.append(self.folder + '/devices')
        return self.load(PORT, ('-n', count, *options), 'enroll', *words)

    def renew(self, count, *options):
        """Certificates as young as these are renewed here alone."""
        self.stack.setting('renew_period', '400')
        try:
            return self.load(
                PORT, ('-n', count, *options), 'renew',
                'https://%s:%d/EnrollmentServer' % (
                    self.stack.values['ENROLLMENT_HOST'], PORT),
                self.folder + '/renew.xml', self.folder + '/devices')
        finally:
            self.stack.setting('renew_period', '')

    # Preparations

    def write(self, name, text):
        with open(os.path.join(self.folder, name), 'w',
                  encoding='utf-8') as file:
            file.write(text)

    def templates(self):
        """The captured client's messages, for these hosts and users; the
        check-in without the white space that only makes it readable."""
        text = machine.read(SEED + '/manage-1-request.xml')
        text = re.sub(r'>\s+<', '><', text)
        text = re.sub(r'(<SessionID>)[^<]*', r'\1@SESSION@', text)
        text = text.replace(SEED_DEVICE, '@DEVICE@').replace(
            'https://mdmwindows.com/', 'https://%s:%d/' % (
                self.stack.values['MANAGEMENT_HOST'], PORT))
        self.write('checkin.xml', text)
        token = base64.b64encode(self.stack.token().encode()).decode()
        for name in ('policy', 'enroll'):
            text = machine.read('%s/%s-request.xml' % (SEED, name))
            text = text.replace('https://mdmwindows.com/', 'https://%s:%d/' % (
                self.stack.values['ENROLLMENT_HOST'], PORT))
            text = re.sub(r'(<wsse:BinarySecurityToken[^>]*>)[^<]*',
                          r'\1@TOKEN@', text)
            text = text.replace(SEED_DEVICE, '@DEVICE@')
            for user in USERS:
                self.write('%s-%s.xml' % (name, user), text.replace(
                    'demo@mdmwindows.com', self.upn(user)))
            self.write('%s-token.xml' % name, re.sub(
                r'(?s)<wsse:UsernameToken.*</wsse:UsernameToken>',
                TOKEN % (WSSE, token), text))
        # The last one, to enroll, as a device sends it to renew.
        text = re.sub(r'(<wsse:Password[^>]*>)[^<]*', r'\1', text)
        text = re.sub(r'"[^"]*#PKCS10"', '"%s#PKCS7"' % WSSE, text)
        self.write('renew.xml', text.replace('/Issue<', '/Renew<'))

    def upn(self, user):
        return '%s@%s' % (user, self.stack.values['DOMAIN'])

    def users(self):
        """The passwords' hashes, by the cost of their computation."""
        hashes = {}
        for user, cost in USERS.items():
            hashes[user] = subprocess.run(
                [os.path.join(BIN, 'bench-sign'), 'hash', str(cost), PASSWORD],
                stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
            self.stack.user(self.upn(user), hashes[user])
        return hashes

    def answer_length(self):
        """Of a check-in's answer, from the worker's own log."""
        mark = os.path.getsize(self.stack.values['LOG'])
        self.checkin('-n', LANES)
        lengths = [int(f['out']) for f in self.log(mark)]
        return max(set(lengths), key=lengths.count)

    def log(self, mark, worker='management'):
        """Lines of requests since the mark, as dictionaries."""
        with open(self.stack.values['LOG'], 'rb') as file:
            file.seek(mark)
            text = file.read().decode('utf-8', 'replace')
        found = (dict(re.findall(r'(\w+)=(\S+)', line))
                 for line in text.splitlines() if ' us=' in line)
        return [f for f in found
                if f['worker'] == worker and f['status'] == '200']

    # Measurements

    def parties(self, beside=None):
        """Who takes part in answering, by what they are."""
        front = beside.front() if beside else self.stack.front()
        return {
            'lighttpd': [front],
            'worker': beside.workers() if beside else machine.workers(
                front, 'fenestra-management'),
            'PostgreSQL': sorted(machine.family(self.stack.postmaster())),
        }

    def measured(self, beside=None):
        """One turn of check-ins, with the CPU time of each of them."""
        parties = self.parties(beside)
        before = {k: machine.cpu(v) for k, v in parties.items()}
        own = os.times()
        out = self.checkin('-s', SECONDS, beside=beside)
        now = os.times()
        out['cpu'] = {'load': now.children_user - own.children_user +
                      now.children_system - own.children_system}
        for name, pids in parties.items():
            after = machine.cpu(pids)
            if after is not None and before[name] is not None:
                out['cpu'][name] = after - before[name]
        out['cpu'] = {k: v / out['requests'] * 1e6
                      for k, v in out['cpu'].items()}
        return out

    def checkins(self):
        turns = {'floor': [], 'subject': []}
        mark = os.path.getsize(self.stack.values['LOG'])
        for i in range(ROUNDS):
            for name, list_ in turns.items():
                list_.append(self.measured(
                    self.floor if name == 'floor' else None))
                print('check-ins, round %d of %d, %s: %.0f/s'
                      % (i + 1, ROUNDS, name, list_[-1]['rate']), flush=True)
        rates = {k: Series(t['rate'] for t in v) for k, v in turns.items()}
        ratio = rates['subject'].over(rates['floor'])
        self.say('', 'Check-ins with nothing pending',
                 '  floor, one SELECT   %s /s' % rates['floor'].text(),
                 '  check-ins           %s /s' % rates['subject'].text(),
                 '  ratio               %s   aim: 0.50' % ratio.text('%.2f'))
        used = [Series(sum(t['cpu'].values()) for t in turns[k])
                for k in ('floor', 'subject')]
        self.say('  ratio of CPU time   %s   what the floor takes to what a '
                 'check-in takes' % used[0].over(used[1]).text('%.2f'))
        for name, list_ in turns.items():
            self.say('  %-9s median %.2f ms, 99 %% within %.2f ms; CPU µs: %s'
                     % (name,
                        statistics.median(t['p50_us'] for t in list_) / 1000,
                        statistics.median(t['p99_us'] for t in list_) / 1000,
                        shares([t['cpu'] for t in list_])))
        took = sorted(int(f['us']) for f in self.log(mark))
        self.say('  in the worker (us=), median %d, 99 %% within %d; %d lines'
                 % (took[len(took) // 2], took[len(took) * 99 // 100],
                    len(took)))

    def enrollments(self, hashes):
        turns = {k: [] for k in ('rsa', 'yescrypt', 'token', 'renew', 'hash')}
        for i in range(ROUNDS):
            turns['rsa'].append(self.tool('bench-sign', 'rsa', SECONDS))
            # Never so fast; what is left over was made in vain.
            for user, most in (('yescrypt', 60), ('token', 250)):
                turns[user].append(self.enroll(user, most * SECONDS, '-s',
                                               SECONDS))
            turns['renew'].append(self.renew(250 * SECONDS, '-s', SECONDS))
            turns['hash'].append(self.tool('bench-sign', 'crypt',
                                           hashes['yescrypt'], SECONDS))
            print('enrollments, round %d of %d: %.0f/s, by token %.0f/s, '
                  'renewals %.0f/s' % (i + 1, ROUNDS, *(
                      turns[k][-1]['rate']
                      for k in ('yescrypt', 'token', 'renew'))), flush=True)
        rate = {k: Series(t['rate'] for t in v) for k, v in turns.items()}
        budget = os.cpu_count() / rate['yescrypt'].median
        share = 2 / rate['hash'].median / budget
        self.say(
            '', 'Enrollments (GetPolicies and RequestSecurityToken) and '
            'renewals; keys and requests made before',
            '  RSA-2048 signatures on one core   %s /s' % rate['rsa'].text())
        for kind, label in (('yescrypt', 'enrollments by password'),
                            ('token', 'by a token: no password hash'),
                            ('renew', 'renewals (one message)')):
            self.say('  %-33s %s /s, to signatures %s' % (
                label, rate[kind].text('%.1f'),
                rate[kind].over(rate['rsa']).text('%.4f')))
        self.say('  password checks on one core       %s /s, two in each '
                 'enrollment: %.0f %% of the machine'
                 % (rate['hash'].text('%.1f'), 100 * share))

    def look(self):
        """Of each worker, before it has done anything."""
        for name in PROGRAMS:
            self.fresh[name] = {p: machine.Memory(p) for p in machine.workers(
                self.stack.front(), 'fenestra-' + name)}

    def memory(self, name, label, work):
        """Of the workers of a program: when they started, then before and
        after some work."""
        start = self.fresh[name]
        before = {p: machine.Memory(p) for p in start}
        work()
        pids = machine.workers(self.stack.front(), 'fenestra-' + name)
        if pids != sorted(start):
            raise SystemExit('bench: a worker has died')
        after = {p: machine.Memory(p) for p in start}
        for i, key in enumerate(('rss', 'pss', 'dirty', 'fds')):
            rows = [[getattr(m[p], key) for m in (start, before, after)]
                    for p in pids]
            if any(None in row for row in rows):
                text = 'only root may see it'
            else:
                grown = max(row[2] - row[1] for row in rows)
                text = '%7d %7d → %-7d %s' % (
                    *(max(column) for column in zip(*rows)),
                    'flat' if grown <= (0 if key == 'fds' else 128)
                    else 'grew by %d' % grown)
            self.say('  %-33s %-6s %s' % ('' if i else label, key, text))

    def memories(self):
        self.say('', 'Memory of a worker in KiB, the largest of %d: started, '
                 'before → after; aim: rss 10240, pss 4096' % WORKERS)
        self.memory('management', 'management, %d check-ins' % REQUESTS,
                    lambda: self.checkin('-n', REQUESTS, '-s', 300))
        count = max(200, REQUESTS // 40)
        self.memory('enrollment', 'enrollment, %d enrollments' % count,
                    lambda: self.enroll('cheap', count, '-s', 300))
        self.memory('discovery', 'discovery, %d requests' % REQUESTS,
                    lambda: self.load(
                        PORT, ('-n', REQUESTS, '-s', 300), 'get',
                        self.stack.values['DISCOVERY_URL'], 0))

    def counted(self, role, work):
        """Statements and transactions of a role during some work."""
        log = self.stack.home + '/log/postgresql.log'
        self.stack.psql("alter system set log_statement = 'all';\n"
                        "alter system set log_line_prefix = '%p %v %u ';\n"
                        'select pg_reload_conf();')
        while self.stack.psql('show log_statement') != 'all':
            time.sleep(0.05)
        mark = os.path.getsize(log)
        work()
        with open(log, 'rb') as file:
            file.seek(mark)
            text = file.read().decode('utf-8', 'replace')
        self.stack.psql('alter system reset log_statement;\n'
                        'alter system reset log_line_prefix;\n'
                        'select pg_reload_conf();')
        found = re.findall(r'(?m)^(\d+ \S+) %s LOG:  (?:execute|statement)'
                           % role, text)
        return len(found), len(set(found))

    def statements(self):
        self.say('', 'The database: one transaction is one pipeline and one '
                 'round trip')
        for label, role, count, work in (
                ('a check-in', 'fenestra_management', 100,
                 lambda: self.checkin('-n', 100, '-w', 0, '-s', 60)),
                ('an enrollment', 'fenestra_enrollment', 50,
                 lambda: self.enroll('cheap', 50, '-w', 0, '-s', 60)),
                ('a renewal', 'fenestra_enrollment', 50,
                 lambda: self.renew(50, '-w', 0, '-s', 60))):
            statements, transactions = self.counted(role, work)
            self.say('  %-14s %.1f statements in %.1f transactions' % (
                label, statements / count, transactions / count))

    # The run

    def say(self, *lines):
        self.lines += lines

    def prepare(self):
        """Users, messages, and a device for each connection."""
        self.stack.up()
        self.look()
        self.folder = os.path.join(self.stack.home, 'load')
        os.makedirs(self.folder + '/devices', mode=0o700)
        self.write('password', PASSWORD)
        self.templates()
        hashes = self.users()
        self.enroll('cheap', LANES, '-w', 0, '-s', 60, keep=True)
        return hashes

    def beside_floor(self):
        self.floor = Floor(self.stack, PORT + 2, PORT + 3,
                           self.answer_length())
        self.floor.up()
        self.checkins()
        self.floor.down()

    def run(self):
        start = time.monotonic()
        hashes = self.prepare()
        work = {
            'checkins': self.beside_floor,
            'scale': lambda: scale.run(self),
            'profile': lambda: profile_change.run(self),
            'commands': lambda: commands.run(self),
            'enrollments': lambda: self.enrollments(hashes),
            'memory': self.memories,
            'statements': self.statements,
            'volume': lambda: volume.run(self),
            'endurance': lambda: endurance.run(self),
            'oracle': lambda: oracle.run(self),
        }
        for name in work:
            if name in parts():
                work[name]()
        self.say('', 'BENCH_SECONDS=%d BENCH_ROUNDS=%d BENCH_WORKERS=%d '
                 'BENCH_CONNECTIONS=%d make bench   (took %d s)'
                 % (SECONDS, ROUNDS, WORKERS, LANES,
                    time.monotonic() - start))

    def stop(self):
        if self.floor is not None:
            self.floor.down()
        self.stack.down()


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    before = machine.facts()
    bench = Bench()
    try:
        bench.run()
    except (subprocess.CalledProcessError,
            subprocess.TimeoutExpired) as error:
        raise SystemExit('bench: %s failed or took too long'
                         % error.cmd[0]) from None
    finally:
        bench.stop()
        # What was measured before something failed is worth as much.
        print('\nMedians of %d rounds of %d s each, (least–most)'
              % (ROUNDS, SECONDS))
        print('\n'.join(before + bench.lines))


if __name__ == '__main__':
    if len(sys.argv) > 1:
        sys.exit(__doc__)
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Kills workers and PostgreSQL, at every place and at random; prints TAP.

    run.py [--help] [word …]

It needs the stack to be up, for its database, and the workers of `make
fault-workers`: `SUITES=faults make test` sees to both. Words select tests by
part of their name. Environment, with the defaults:

    FAULTS_RANDOM   40   how many workers are killed at random moments
    FAULTS_CRASHES  4    how often PostgreSQL crashes under load
    BIN             build/faults/bin, the workers that can be killed

A longer run: FAULTS_RANDOM=2000 FAULTS_CRASHES=50."""

import collections
import contextlib
import faulthandler
import glob
import os
import re
import sys
import threading
import time
import traceback

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'protocol')]
os.environ.setdefault('BIN', os.path.join(ROOT, 'build', 'faults', 'bin'))

import fastcgi                                          # noqa: E402
import kinds                                            # noqa: E402
import kinds_auth                                       # noqa: E402
import kinds_objects                                    # noqa: E402
import kinds_profile                                    # noqa: E402
import messages                                         # noqa: E402
import server                                           # noqa: E402
import signers                                          # noqa: E402
import state                                            # noqa: E402
import storm                                            # noqa: E402
import sweep                                            # noqa: E402
import uploads                                          # noqa: E402
from machine import LATER, MISSING, ONCE, Machine       # noqa: E402

KILLS = int(os.environ.get('FAULTS_RANDOM', '40'))
CRASHES = int(os.environ.get('FAULTS_CRASHES', '4'))
LIMIT = 240 + 15 * CRASHES + KILLS // 2     # seconds for one check
LANES = 3
KINDS = (kinds.ALL + kinds_objects.ALL + kinds_auth.ALL
         + kinds_profile.ALL)


class Run:
    """Counts what is checked."""

    def __init__(self, env):
        self.env, self.number, self.failed = env, 0, 0
        self.printing = threading.Lock()
        self.calm = {
            'discovery': fastcgi.Pool(env, 'discovery'),
            'enrollment': fastcgi.Pool(env, 'enrollment', LANES),
            'management': fastcgi.Pool(env, 'management', LANES)}
        self.invariants = state.Invariants(env)
        self.sweeps = [sweep.Sweep(env, self.calm, self.invariants)
                       for _ in range(LANES)]
        env.user(messages.UPN, messages.PASSWORD)
        kinds_profile.setup(env)
        # The devices here begin one session after the other, and users
        # guess for as long as it takes.
        self.before = {name: env.setting(name, '0') for name in (
            'session_rate', 'throttle_user', 'throttle_source',
            'throttle_overall')}

    def close(self):
        for name, value in self.before.items():
            self.env.setting(name, value)
        for swept in self.sweeps:
            swept.close()
        for pool in self.calm.values():
            pool.close()
        self.env.close()

    def check(self, name, function, *args):
        """One line of TAP; what the function returns, None if it failed."""
        watch = threading.Timer(LIMIT, give_up, [name])
        watch.daemon = True
        watch.start()
        found, wrong = None, []
        try:
            found = function(*args)
        except Exception as error:      # pylint: disable=broad-except
            wrong = reason(error)
        watch.cancel()
        with self.printing:
            self.number += 1
            self.failed += bool(wrong)
            print('%s %d - %s' % ('not ok' if wrong else 'ok', self.number,
                                  name))
            for line in wrong:
                print('# ' + line)
            sys.stdout.flush()
        return found

    def note(self, text, *args):
        with self.printing:
            print('# ' + text % args, flush=True)

    def each(self, chosen, function):
        """function(sweep, kind) of all kinds, several at a time: to wait
        for a worker to start takes as long as to ask it."""
        def lane(swept):
            while waiting:
                with contextlib.suppress(IndexError):
                    function(swept, waiting.popleft())

        before = sum(s.kills for s in self.sweeps)
        # What may not write anything is compared with all there is: alone.
        waiting = collections.deque(k for k in chosen if not k.rows)
        lane(self.sweeps[0])
        for auth in (None, 'certificate-and-digest', 'digest', 'signature'):
            waiting.extend(k for k in chosen
                           if k.rows and k.device_auth == auth)
            with storm.setting(self.env, 'device_auth', auth):
                threads = [threading.Thread(target=lane, args=(s,))
                           for s in self.sweeps]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
        return sum(s.kills for s in self.sweeps) - before


def give_up(name):
    """Nothing may outlive the run, whatever hangs."""
    print('# no end of: ' + name, flush=True)
    faulthandler.dump_traceback()
    server.end_children()
    os._exit(1)                         # pylint: disable=protected-access


def reason(error):
    frames = [f for f in traceback.extract_tb(error.__traceback__)
              if os.path.realpath(f.filename).startswith(
                  os.path.dirname(HERE))]
    where = ' < '.join('%s:%d' % (os.path.basename(f.filename), f.lineno)
                       for f in reversed(frames))
    text = '%s: %s' % (type(error).__name__, error)
    return (text[:3000] + '\nat ' + where).splitlines()


def test_places(run):
    """D2-1 every place in the sources is one of the sweep; the workers that are
    killed have them all, and those that are shipped have none."""
    run.check('every place is swept', swept_places)
    run.check('they are in the workers that are killed', marked, os.environ['BIN'], True)
    run.check('they are not in those that are shipped', marked,
              os.path.join(ROOT, 'build', 'bin'), False)


def swept_places():
    found = set()
    for folder in ('common', 'fcgi'):
        for path in glob.glob(os.path.join(ROOT, folder, '*.c')):
            with open(path, encoding='utf-8') as file:
                found.update(re.findall(r'\bFAULT\("([^"]+)"\)',
                                        file.read()))
    wanted = set(sweep.PLACES) | set(signers.PLACES) | set(uploads.PLACES)
    assert found == wanted, found ^ wanted


def marked(folder, wanted):
    """Whether the texts that the places need are in the programs."""
    paths = sorted(glob.glob(os.path.join(folder, 'fenestra-*')))
    names = [p.rpartition('-')[2] for p in paths]
    assert set(names) >= set(sweep.PROGRAMS), names
    for path in paths:
        if path.rpartition('-')[2] not in sweep.PROGRAMS:
            continue
        with open(path, 'rb') as file:
            data = file.read()
        for text in ('FAULT_FILE', *sweep.PLACES):
            assert (text.encode() in data) == wanted, (path, text)


def test_invariants_can_fail(run):
    """D1-I2 D1-I3 D1-I4 D1-I5 D1-I6 D1-I7 D1-I8 D1-I9 D1-I10
    each query finds
    the wrong that it is made for."""
    for _ in range(2):
        it = Machine(run.env, run.calm)
        it.enrol()
        it.enqueue(*kinds.QUEUE)
        it.session()
        it.enqueue(*kinds.QUEUE)
        it.ask(it.package1(messages.alert(20, 1226, 'made.up:type', '7')))
        it.enqueue(*kinds.QUEUE)
    run.check('all invariants hold', run.invariants.holds)
    wrongs = dict(state.sections('broken.sql'))
    for title, query in run.invariants.queries:
        run.check('can fail: ' + title, can_fail, run.env, query,
                  wrongs.get(title))


def can_fail(env, query, wrong):
    assert wrong, 'nothing in broken.sql'
    found = env.sql('begin; set local session_replication_role = replica; '
                    + wrong + '\n' + query + '\nrollback;')
    assert found, 'it does not see what is wrong'


def test_connection_lost(run):
    """D2-1 D2-10 the database ends a connection; the worker is killed while
    it makes another in the middle of a message."""
    def every(swept, kind):
        name = kind.name() + ', reconnected'
        run.check(name + ': the twin', swept.start, kind)
        if swept.twin is None:
            return
        for place in sweep.CONNECTS:
            run.check('%s: %s' % (name, place), swept.reconnected, place)

    run.note('%d kills while connecting', run.each(
        [k for k in KINDS if type(k) in (
            kinds.Discovery, kinds.Policy, kinds.Enrol, kinds.Given,
            kinds.Statuses)], every))


def test_late_transaction(run):
    """D1-I3 D1-I4 D2-31 what a killed worker had sent runs when the device
    is further on: nothing is lost, and what must run once is not given a
    second time."""
    run.check('a late first message, of the session that goes on', late,
              run, False)
    run.check('a late first message, of a session that was given up', late,
              run, True)


def late(run, anew):
    it, status = run.sweeps[0].late(anew)
    run.note('the next message of the device: %d', status)
    assert status in (200, 400), status
    found = it.commands()
    for uri in (ONCE, kinds.LOCK):
        assert it.done.count(uri) == 1 and found[uri][2] == '1', (uri, found)
        assert found[uri][0] in ('done', 'unknown'), (uri, found)
    wanted = {c[1]: 'done' for c in kinds.QUEUE}
    wanted.update({MISSING + 'A': 'failed', LATER + 'Go': 'accepted',
                   './DevDetail/HwV': 'done'})
    for uri, state_ in wanted.items():
        assert found[uri][0] == state_, (uri, found)
    assert [kinds.READ, './DevDetail/HwV'] == sorted(
        (r[0] for r in it.results()), reverse=True), it.results()


def test_uploads_killed(run):
    """D2-1 D1-I1 a worker that is killed anywhere while it takes a file leaves
    it whole or not at all: it is there before the database says so."""
    it = Machine(run.env, run.calm)
    it.enrol()
    it.session()
    taken = uploads.Uploads(run.env)
    for place, passes in uploads.PASSES:
        run.check('a file, killed at %s after %d' % (place, passes),
                  taken.killed, it.uuid, place, passes)
    run.check('nothing else is left', taken.only_those, it.uuid)
    taken.close()


def test_random_kills(run):
    """D1-I2 D1-I3 D1-I4 D1-I5 D1-I6 D1-I7 D1-I10 D2-1 D2-34 D2-40
    workers killed at random moments under load."""
    run.check('%d random kills' % KILLS, storm.kills, run, KILLS)


def test_database_killed(run):
    """D1-I1 D1-I2 D1-I3 D1-I4 D1-I5 D1-I10 D2-11 PostgreSQL killed and
    started again under load."""
    run.check('%d crashes of PostgreSQL' % CRASHES, storm.crashes, run,
              CRASHES)


def test_new_session_after_kill(run):
    """D1-I3 D1-I4 D2-32 killed at every place, and the device begins
    a new session: everything gets done, and what must run once is never
    given a second time."""
    def every(swept, kind):
        name = kind.name() + ', then anew'
        run.check(name + ': the twin', swept.start, kind)
        if swept.twin is None:
            return
        for place in sweep.ONCE + sweep.RUNS + sweep.CALLS:
            run.check('%s: %s' % (name, place), anew, swept, place,
                      2 + isinstance(kind, kinds.Superseding))

    run.note('%d kills, then a new session', run.each(
        [k for k in KINDS if type(k) in (
            kinds.Given, kinds.Superseding, kinds.Statuses, kinds.Abort)],
        every))


def anew(swept, place, most):
    for passes in range(20):
        it = swept.anew(place, passes)
        if it is None:
            assert passes, place + ' is not reached'
            return
        found = it.commands()
        assert it.done.count(ONCE) <= 1, 'run once, but %r' % it.done
        state_, status, attempts = found.pop(ONCE)
        assert (state_, status) in (('done', '200'), ('unknown', None)), \
            (state_, status)
        assert attempts == '1' and (state_ == 'unknown' or ONCE in it.done)
        for uri, (state_, _, attempts) in found.items():
            wanted = 'accepted' if uri.startswith(LATER) else \
                'failed' if uri.startswith(MISSING) else 'done'
            assert state_ == wanted and int(attempts) <= most, (
                uri, found[uri])
            assert 1 <= it.done.count(uri) <= 2, (uri, it.done)
        results = it.env.admin("select uri from admin.result where device ="
                               " '%s';" % it.uuid)
        assert [kinds.READ] in results, results
        if not place.startswith('db-'):
            return


def test_kill_points(run):
    """D1-I1 D1-I2 D1-I3 D1-I4 D1-I5 D1-I6 D1-I7 D1-I8 D1-I10 D2-1 D2-8 D2-28
    D2-32 D2-34 D2-35 D2-40 D2-43 every kind of message, killed at every
    place; the repeat of the identical bytes ends as with a twin."""
    def every(swept, kind):
        name = kind.name()
        run.check('%s: the twin' % name, swept.start, kind)
        if swept.twin is None:
            return
        counts = [run.check('%s: %s, each of them' % (name, place),
                            swept.passes, place)
                  for place in ('db-before', 'db-call')]
        if None in counts:
            return                      # which is a failure already
        for place, cases in swept.places(*counts):
            run.check('%s: %s' % (name, place), reached, swept, cases)

    run.note('%d kills in %d kinds of message', run.each(KINDS, every),
             len(KINDS))


def reached(swept, cases):
    for place, passes, last, at_once in cases:
        assert swept.one(place, passes, last, at_once), \
            '%s %d is not reached' % (place, passes)


def main():
    words = sys.argv[1:]
    if '--help' in words:
        print(__doc__)
        return 0
    started = time.monotonic()
    try:
        run = Run(server.Server())
        for name, function in list(globals().items()):
            if name.startswith('test_') and (
                    not words or any(w in name for w in words)):
                begun = time.monotonic()
                function(run)
                run.check('all invariants hold', run.invariants.holds)
                run.note('%s: %.0f s', name, time.monotonic() - begun)
        run.close()
    finally:
        server.end_children()
    print('1..%d' % run.number)
    run.note('%d rounds of %d invariants, %.0f s', run.invariants.runs,
             len(run.invariants.queries), time.monotonic() - started)
    return 1 if run.failed or not run.number else 0


if __name__ == '__main__':
    sys.exit(main())

# SPDX-License-Identifier: ISC
"""Devices at work while workers, or PostgreSQL, are killed at random."""

import contextlib
import random
import signal
import threading
import time

import client
import messages
from fastcgi import Pool
from machine import Machine, Reply, value_of

LATER = './Vendor/MSFT/Later/'


@contextlib.contextmanager
def setting(env, name, value):
    """A setting for a while; None leaves it alone."""
    if value is None:
        yield
        return
    before = env.setting(name, value)
    try:
        yield
    finally:
        env.setting(name, before)


class Anew(Exception):
    """The device gives this session up."""


class Resident(threading.Thread):
    """A device that keeps sessions, and repeats each message until it is
    answered; an impatient one often begins a new session instead. Then a
    first message that it gave up may still be at work in the database and
    come after that of the new session, which it ends: 400 is to be expected,
    and one more session."""

    def __init__(self, it, pool, impatient, seed):
        super().__init__(daemon=True)
        self.it, self.pool, self.impatient = it, pool, impatient
        self.chance = random.Random(seed)
        self.uris, self.accepted = [], []
        self.told, self.batches = 0, 0
        self.messages, self.repeats, self.superseded = 0, 0, 0
        self.stop = self.gone = False
        self.error = None

    def enqueue(self):
        """Six more commands, each with a node of its own."""
        self.batches += 1
        more = [(verb, '%s%d' % (uri, self.batches), 'x')[:3 - (verb == 'Get')]
                for verb, uri in (
                    ('Replace', './Vendor/MSFT/Name/'),
                    ('Get', './DevDetail/Ext/'), ('Exec', LATER),
                    ('Exec', './Vendor/MSFT/RemoteLock/'),
                    ('Get', './Vendor/MSFT/Value/'),
                    ('Add', './Vendor/MSFT/Thing/'))]
        self.it.enqueue(*more)
        self.uris += [c[1] for c in more]

    def run(self):
        try:
            # The last session is one in which nothing is left to do.
            empty = False
            while not (self.stop and empty):
                empty = False
                with contextlib.suppress(Anew):
                    empty = self.session()
                if empty:
                    time.sleep(0.02)
        except Exception as error:      # pylint: disable=broad-except
            self.error = error

    def session(self):
        told = len(self.accepted)
        extra = ''.join(messages.alert(
            100 + n, 1226, 'Reversed-Domain-Name:com.microsoft.mdm.win32csp_'
            'install', '0', uri, form='int')
            for n, uri in enumerate(self.accepted[self.told:told]))
        reply = self.ask(self.it.package1(extra))
        self.told = told
        empty = not reply.commands and not extra
        while reply.commands:
            self.accepted += [
                u for u in reply.uris()
                if u.startswith(LATER) and u not in self.accepted]
            reply = self.ask(self.it.message(self.it.perform(reply)))
        return empty

    def ask(self, body):
        while not self.gone:
            try:
                answer = self.it.call(self.pool, body)
            except (client.Closed, OSError):
                answer = None
            if answer is not None and answer.status == 400 and self.impatient:
                self.superseded += 1
                raise Anew
            if answer is not None and answer.status != 503:
                self.messages += 1
                return Reply(answer)
            self.repeats += 1
            if self.impatient and self.chance.random() < 0.5:
                raise Anew
            time.sleep(0.01)
        raise AssertionError('never answered')

    def judge(self):
        """Everything that was queued is done, as often as it should be."""
        if self.error is not None:
            log = [x for x in self.pool.log().splitlines()
                   if self.it.uuid in x and ' status=200 ' not in x]
            raise AssertionError('%s device: %s\n%s' % (
                'impatient' if self.impatient else 'patient', self.error,
                '\n'.join(log[-3:]))) from self.error
        found = self.it.env.admin(
            'select uri, state, status, attempts from admin.command where'
            " device = '%s' order by seq;" % self.it.uuid)
        assert [f[0] for f in found] == self.uris, 'lost, or out of order'
        results = dict(self.it.env.admin(
            "select uri, string_agg(data, '|') from admin.result where device"
            " = '%s' group by uri;" % self.it.uuid))
        for uri, state, status, attempts in found:
            times = self.it.done.count(uri)
            once = '/RemoteLock/' in uri
            if once and self.impatient and state == 'unknown':
                assert times <= 1 and attempts == '1', (uri, times, attempts)
                continue
            assert (state, status) == ('done', '200'), (uri, state, status)
            if once or not self.impatient:
                assert times == 1 and attempts == '1', (uri, times, attempts)
            assert 1 <= times <= int(attempts), (uri, times, attempts)
            wanted = value_of(uri) if '/Ext/' in uri or '/Value/' in uri \
                else None
            assert results.get(uri) == wanted, (uri, results.get(uri))
        if not self.impatient:
            assert self.it.done == self.uris, 'done in another order'


class Newcomers(threading.Thread):
    """One device after the other enrols, repeating its RST until it has a
    certificate."""

    def __init__(self, env, calm, pool):
        super().__init__(daemon=True)
        self.env, self.calm, self.pool = env, calm, pool
        self.enrolled, self.repeats = [], 0
        self.stop = self.gone = False
        self.error = None

    def run(self):
        try:
            while not self.stop:
                it = Machine(self.env, self.calm)
                while not self.gone and it.cert is None:
                    try:
                        it.enrol(self.pool)
                        self.enrolled.append(it)
                    except (client.Closed, OSError):
                        self.repeats += 1
                        time.sleep(0.01)
        except Exception as error:      # pylint: disable=broad-except
            self.error = error

    def judge(self):
        if self.error is not None:
            raise self.error
        assert self.enrolled, 'nobody enrolled'
        for it in self.enrolled:
            found = self.env.sql(
                "select state, encode(sha256, 'hex') from mdm.certificate"
                " where device = '%s';" % it.uuid)
            assert found == [['issued', it.cert.sha256()]], found
            it.session()


def residents(run, pool, impatient):
    found = []
    for number in range(4):
        it = Machine(run.env, run.calm)
        it.enrol()
        found.append(Resident(it, pool, number in impatient, number))
    for one in found:
        one.enqueue()
        one.start()
    return found


def abandon(found):
    """Whatever went wrong: no thread goes on."""
    for one in found:
        one.gone = one.stop = True
    for one in found:
        one.join(60)


def finish(run, found):
    for one in found:
        one.stop = True
    for one in found:
        one.join(60)
        assert not one.is_alive(), 'a session does not end'
    for one in found:
        one.judge()
    run.invariants.holds()


def figures(run, what, found):
    run.note('%s, %d messages of %d devices, %d repeats, %d commands, %d '
             'sessions ended by a late message', what,
             sum(f.messages for f in found), len(found),
             sum(f.repeats for f in found), sum(len(f.uris) for f in found),
             sum(f.superseded for f in found))


def kills(run, count):
    """SIGKILL of a random worker at random moments."""
    chance = random.Random(2811)
    management = Pool(run.env, 'management', 2, supervise=True)
    enrollment = Pool(run.env, 'enrollment', 1, supervise=True)
    victims = [(management, 0), (management, 1), (enrollment, 0)]
    with setting(run.env, 'delivery_attempts', '99'):
        found = residents(run, management, (3,))
        newcomers = Newcomers(run.env, run.calm, enrollment)
        newcomers.start()
        try:
            killed = 0
            while killed < count:
                time.sleep(chance.uniform(0.005, 0.09))
                pool, number = chance.choice(victims)
                with pool.lock:
                    worker = pool.workers[number]
                    if worker.poll() is None:
                        worker.send_signal(signal.SIGKILL)
                        worker.wait()
                        killed += 1
                        if killed % 4 == 0:
                            found[killed // 4 % 4].enqueue()
            newcomers.stop = True
            newcomers.join(60)
            finish(run, found)
            newcomers.judge()
        finally:
            abandon(found + [newcomers])
            codes = management.close() + enrollment.close()
        run.invariants.holds()
    died = (management.codes + enrollment.codes).count(-signal.SIGKILL)
    assert died == count, '%d deaths' % died
    assert set(codes) == {0}, codes
    figures(run, '%d kills' % count, found)
    run.note('%d enrolments with %d repeats', len(newcomers.enrolled),
             newcomers.repeats)


def crashes(run, count):
    """PostgreSQL ends at random moments, every second time by kill -9."""
    chance = random.Random(1911)
    management = Pool(run.env, 'management', 2, supervise=True)
    found = residents(run, management, ())
    try:
        for number in range(count):
            for one in found:
                one.enqueue()
            time.sleep(chance.uniform(0.02, 0.3))
            run.env.close()
            run.env.crash(number % 2 == 1)
            time.sleep(chance.uniform(0, 0.1))
            run.env.cluster.start()
            seen = [one.messages for one in found]
            for _ in range(3000):
                if all(one.messages > n + 1 or one.error
                       for one, n in zip(found, seen)):
                    break
                time.sleep(0.01)
            else:
                raise AssertionError('no service after the crash')
            run.invariants.holds()
        finish(run, found)
    finally:
        abandon(found)
        codes = management.close()
    assert set(codes) == {0} and not management.codes, \
        (codes, management.codes)
    figures(run, '%d crashes' % count, found)

# SPDX-License-Identifier: ISC
"""Workers that share one socket are stopped and killed under load."""

import random
import signal
import threading
import time

import client
import device
import messages
from dm_talk import Setting
from fastcgi import Pool, with_certificate
from messages import QUERY, SyncML, package1, status
from postgres import Away


# How a few devices may stand for many.
MANY = {'session_rate': 0, 'delivery_attempts': 99}


class Load:
    """Devices that hold sessions one after another through a pool, each
    with `count` commands; `errors` is what a client saw go wrong."""

    def __init__(self, pool, devices, retry):
        self.pool, self.retry = pool, retry
        self.errors, self.done, self.stop = [], 0, False
        self.threads = [threading.Thread(target=self.run, args=(d,))
                        for d in devices]
        for thread in self.threads:
            thread.start()

    def ask(self, made, text):
        """The answer; with retry as a device would, until there is one."""
        for _ in range(200):
            try:
                answer = self.pool.call(QUERY, text,
                                        **with_certificate(made.cert))
                if answer.status == 200:
                    return SyncML(answer)
                problem = str(answer.status)
            except (client.Closed, OSError) as error:
                problem = repr(error)
            if not self.retry:
                raise AssertionError(problem)
            time.sleep(0.02)
        raise AssertionError('never answered: ' + problem)

    def run(self, made):
        number = 0
        try:
            while not self.stop:
                number += 1
                reply = self.ask(made, package1(made.id, number))
                msg = 1
                while reply.commands:
                    msg += 1
                    body = status(1, reply.msg, 0, 'SyncHdr', 200) + ''.join(
                        status(n, reply.msg, c.id, c.verb, 200)
                        for n, c in enumerate(reply.commands, 2))
                    reply = self.ask(made, messages.message(
                        made.id, number, msg, body))
                self.done += msg
        except Exception as error:      # pylint: disable=broad-except
            self.errors.append(repr(error))

    def finish(self):
        self.stop = True
        for thread in self.threads:
            thread.join()


def several(env, count, commands):
    """Devices with a queue of Execs each."""
    found = [device.Device(env) for _ in range(count)]
    ids = {}
    for made in found:
        rows = env.admin(
            "select admin.enqueue('%s', 'Exec', './Vendor/MSFT/Run/' || n,"
            " 'x') from generate_series(1, %d) n;" % (made.uuid, commands))
        ids[made] = [r[0] for r in rows]
    return found, ids


def test_terminate_under_load(env):
    """D2-2 two workers on one socket, TERM to one after the other again
    and again: not one request is lost and every worker ends with 0."""
    devices, _ = several(env, 4, 0)
    with Setting(env, **MANY):
        terminate(env, devices)


def terminate(env, devices):
    pool = Pool(env, 'management', 2, supervise=True)
    load = Load(pool, devices, retry=False)
    try:
        for number in range(24):
            time.sleep(0.2)
            before = pool.workers[number % 2]
            pool.signal(number % 2, signal.SIGTERM)
            before.wait(20)
    finally:
        load.finish()
        codes = pool.close()
    assert not load.errors, load.errors
    assert load.done > 50, 'only %d messages' % load.done
    assert len(pool.codes) >= 20, 'only %d workers ended' % len(pool.codes)
    assert set(pool.codes + codes) == {0}, pool.codes + codes


def test_kill_under_load(env):
    """D2-1 D1-I2 D1-I3 D1-I10 KILL at random moments: after the devices'
    retries every command is done once, with one outcome, none is lost."""
    devices, ids = several(env, 4, 40)
    with Setting(env, **MANY):
        kill(env, devices)
    for made, wanted in ids.items():
        rows = env.admin('select id, state, status from admin.command where'
                         " device = '%s';" % made.uuid)
        assert sorted(r[0] for r in rows) == sorted(wanted)
        assert {tuple(r[1:]) for r in rows} == {('done', '200')}, rows


def kill(env, devices):
    pool = Pool(env, 'management', 2, supervise=True)
    load = Load(pool, devices, retry=True)
    chance = random.Random(4711)
    try:
        for _ in range(60):
            time.sleep(chance.uniform(0.005, 0.06))
            pool.signal(chance.randrange(2), signal.SIGKILL)
    finally:
        time.sleep(0.2)
        load.finish()
        pool.close()
    assert not load.errors, load.errors
    assert len(pool.codes) >= 20, 'only %d kills' % len(pool.codes)


def test_idle_worker_ends(env):
    """D2-2 TERM to an idle worker ends it with 0 at once."""
    for name in ('discovery', 'enrollment', 'management'):
        pool = Pool(env, name)
        pool.call('/x', b'', None, method='GET')
        assert pool.close() == [0], name


def test_enrolment_killed(env):
    """D2-1 D1-I6 T15 the enrolment worker killed again and again while one
    RST is being sent: in the end there is one certificate, one serial."""
    ident = device.new_id()
    csr = device.keys.windows_request(device.keys.POOL.key(), ident)
    text = messages.enrol(csr, ident)
    found = set()
    chance = random.Random(1174)
    pool = Pool(env, 'enrollment', 2, supervise=True)
    try:
        for _ in range(25):
            killer = threading.Timer(
                chance.uniform(0, 0.06), pool.signal,
                (chance.randrange(2), signal.SIGKILL))
            killer.start()
            try:
                answer = pool.call(messages.ENROLLMENT, text, client.SOAP)
                found.add(device.provisioning(answer).stored(
                    'CertificateStore', 'My', 'User').der)
            except (client.Closed, OSError):
                pass
            killer.join()
        for _ in range(100):
            try:
                answer = pool.call(messages.ENROLLMENT, text, client.SOAP)
                break
            except (client.Closed, OSError):
                time.sleep(0.05)
        found.add(device.provisioning(answer).stored(
            'CertificateStore', 'My', 'User').der)
    finally:
        pool.close()
    assert len(found) == 1, '%d certificates' % len(found)
    count = env.value(
        'select count(*) from admin.certificate c join admin.device d on'
        " d.id = c.device where d.device_id = '%s';" % ident)
    assert count == '1', count


def test_start_without_a_database(env):
    """D2-9 a worker that starts while the database is away stays, answers
    503 and serves when it comes."""
    made = device.Device(env)
    with Away(env):
        pool = Pool(env, 'management')
        discovery = Pool(env, 'discovery')
        for number in range(3):
            answer = pool.call(QUERY, package1(made.id, number),
                               **with_certificate(made.cert))
            assert answer.status == 503, answer
            assert answer.header('Retry-After')
            answer = discovery.call(messages.DISCOVERY, messages.discover(),
                                    client.SOAP)
            assert answer.status == 503, answer
        assert pool.alive() and discovery.alive()
    try:
        for number in range(100):
            answer = pool.call(QUERY, package1(made.id, 'n%d' % number),
                               **with_certificate(made.cert))
            if answer.status == 200:
                break
            time.sleep(0.1)
        assert answer.status == 200, answer
        answer = discovery.call(messages.DISCOVERY, messages.discover(),
                                client.SOAP)
        assert answer.status == 200, answer
    finally:
        assert pool.close() + discovery.close() == [0, 0]


def test_two_workers_share_the_load(env):
    """D2-31 two requests of one device at the same time through two
    workers: every session is opened once and each delivery is counted."""
    made = device.Device(env)
    ident = made.enqueue('Exec', './Vendor/MSFT/Run', 'x')
    answers = []
    with Setting(env, **MANY), Pool(env, 'management', 2) as pool:

        def one(number):
            answers.append(SyncML(pool.call(
                QUERY, package1(made.id, 'p%d' % number),
                **with_certificate(made.cert))))

        threads = [threading.Thread(target=one, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(answers) == 8
    sessions = [a.session for a in answers]
    assert len(set(sessions)) == 8
    state, attempts = made.command(ident, 'state, attempts')
    assert state == 'sent'
    assert int(attempts) == sum(len(a.commands) for a in answers)

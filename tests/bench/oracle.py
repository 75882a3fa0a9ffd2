# SPDX-License-Identifier: ISC
"""What an attacker learns from the time that an answer takes: whether there is
a user of some name.  And what a bad certificate request costs."""

import base64
import http.client
import math
import os
import random
import socket
import ssl
import statistics
import sys
import time

import machine
from settings import PORT, SAMPLES, WORKERS

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'protocol'))

import keys                                             # noqa: E402

REFUSALS = 20       # of each bad request
FACTORS = 4.5       # what is beyond counts as a difference


class Client:
    """A connection that is kept, as a patient attacker has it, and made anew
    before the server ends it."""

    MOST = 500

    def __init__(self, bench):
        self.host = bench.stack.values['ENROLLMENT_HOST']
        context = ssl.create_default_context(
            cafile=bench.stack.values['CA_FILE'])
        self.http = http.client.HTTPSConnection(self.host, PORT,
                                                context=context)
        self.http._create_connection = lambda _, *more: \
            socket.create_connection(('127.0.0.1', PORT))
        self.count = 0

    def post(self, name, body):
        """Status, and the seconds that it took."""
        if self.count % self.MOST == 0:
            self.http.close()
            self.http.connect()
        self.count += 1
        start = time.perf_counter()
        self.http.request('POST', '/EnrollmentServer/%s.svc' % name, body, {
            'Host': '%s:%d' % (self.host, PORT),
            'Content-Type': 'application/soap+xml; charset=utf-8'})
        answer = self.http.getresponse()
        answer.read()
        return answer.status, time.perf_counter() - start


def welch(one, two):
    """Student's t for samples of different variance."""
    spread = math.sqrt(statistics.variance(one) / len(one) +
                       statistics.variance(two) / len(two))
    return (statistics.mean(one) - statistics.mean(two)) / spread


def trimmed(values):
    """Without the slowest tenth, which the machine was at."""
    return sorted(values)[:len(values) * 9 // 10]


def users(bench):
    """A wrong password of one who is there and of one who is not, by turns."""
    text = machine.read(bench.folder + '/policy-yescrypt.xml')
    upn = bench.upn('yescrypt')
    bodies = {}
    for kind, name in (('known', upn), ('unknown', 'n' + upn[1:])):
        bodies[kind] = text.replace(upn, name).replace(
            '>demo<', '>omed<').encode()
    client, took = Client(bench), {k: [] for k in bodies}
    order = list(bodies) * SAMPLES
    random.shuffle(order)
    for kind in order:
        status, seconds = client.post('Policy', bodies[kind])
        assert status == 500, status
        took[kind].append(seconds * 1e3)
    t = welch(*took.values())
    less = welch(*map(trimmed, took.values()))
    bench.say('', 'A wrong password, %d of each by turns: medians %s ms' % (
        SAMPLES, ', '.join('%s %.2f' % (k, statistics.median(v))
                           for k, v in took.items())),
              'Welch t %.2f; without the slowest tenth %.2f (beyond %.1f they '
              'would be told apart)' % (t, less, FACTORS))


class Square(keys.Key):
    """p ** 2 for a modulus: its owner can sign with it."""

    def __init__(self, p):
        super().__init__([p])
        self.n, self.d = p * p, pow(self.e, -1, p * (p - 1))

    def power(self, value):
        return pow(value, self.d, self.n)


class Forged(keys.Key):
    """Signs nothing that holds."""

    def power(self, value):
        return super().power(value + 1)


def bad_requests():
    """Keys that are refused, the costly ones among them."""
    good = keys.POOL.key()
    yield 'RSA 1024', keys.Key([keys.prime(512), keys.prime(512)])
    yield 'RSA 16384', keys.Key([keys.prime(1024) for _ in range(16)])
    yield 'prime of 4096 bits', keys.Key([keys.prime(4096)])
    yield 'square', Square(keys.prime(1024))
    yield 'factor 3', keys.Key([3, keys.prime(2047)])
    yield 'factor 751', keys.Key([751, keys.prime(2040)])
    yield 'even', keys.Key([2, keys.prime(2047)])
    yield 'e = 1', keys.Key(good.primes, 1)
    yield 'e of 2048 bits', keys.Key(good.primes, good.n - 2)
    yield 'good, but its signature', Forged(good.primes)


def refusals(bench):
    """The CPU time of an enrollment worker for each of them."""
    text = machine.read(bench.folder + '/enroll-token.xml')
    pids = machine.workers(bench.stack.front(), 'fenestra-enrollment')
    assert len(pids) == WORKERS, pids
    costs = []
    for name, key in bad_requests():
        client = Client(bench)
        ident = '%032X' % random.getrandbits(128)
        csr = base64.b64encode(keys.windows_request(key, ident)).decode()
        body = text.replace('@DEVICE@', ident).replace(
            '@TOKEN@', csr).encode()
        before = machine.cpu(pids)
        for _ in range(REFUSALS):
            status, _ = client.post('Enrollment', body)
            assert status == 500, (name, status)
        costs.append(((machine.cpu(pids) - before) / REFUSALS * 1e3, name))
    bench.say('', 'Bad certificate requests, CPU ms of the worker for each: ' +
              ', '.join('%s %.1f' % (n, c) for c, n in sorted(costs)[::-1]))


def run(bench):
    users(bench)
    refusals(bench)

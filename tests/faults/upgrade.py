#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The release before, whose sources are tests/data/release/before.tar.xz, is
upgraded while devices are at work: its workers on the new schema, old and new
workers side by side, then the new ones alone; prints TAP.

It needs the stack to be up, and leaves its database to the upgraded one."""

import glob
import os
import random
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'protocol')]

import fastcgi                                          # noqa: E402
import messages                                         # noqa: E402
import server                                           # noqa: E402
import signers                                          # noqa: E402
import state                                            # noqa: E402
import storm                                            # noqa: E402
from run import Run                                     # noqa: E402

FOLDER = os.path.join(ROOT, 'build', 'upgrade')
SOURCES = os.path.join(ROOT, 'tests', 'data', 'release', 'before.tar.xz')
SECRET = 'select count(*) from mdm.enrollment where client_secret %s' \
    " like 'seal:%%'"


def build():
    """The programs of the release before; where they are."""
    os.makedirs(FOLDER, exist_ok=True)
    subprocess.run(['tar', '-xf', SOURCES, '-C', FOLDER], check=True)
    top, = glob.glob(os.path.join(FOLDER, 'fenestra-*'))
    subprocess.run(['make', '-s', '-j2', '-C', top, 'all'], check=True,
                   stdout=subprocess.DEVNULL,
                   env={k: v for k, v in os.environ.items()
                        if k not in ('MAKEFLAGS', 'MAKELEVEL', 'B')})
    return top


class Old(fastcgi.Pool):
    """Workers of the release before, which has fewer variables."""

    top = None

    def command(self):
        self.environ.pop('FENESTRA_SEAL_KEY', None)
        return [os.path.join(self.top, 'build', 'bin',
                             'fenestra-' + self.program)]


class OldRun(Run):
    """As the fault tests have it, with workers of the release before."""

    def __init__(self, env, signer):
        # pylint: disable=super-init-not-called
        self.env, self.number, self.failed = env, 0, 0
        self.printing = threading.Lock()
        self.calm = {
            'enrollment': Old(env, 'enrollment', 2,
                              FENESTRA_SIGNER_SOCKET=signer.path),
            'management': Old(env, 'management', 2)}
        self.invariants = state.Invariants(env)
        self.sweeps, self.before = [], {}
        env.user(messages.UPN, messages.PASSWORD)
        for name in ('session_rate', 'throttle_user', 'throttle_source',
                     'throttle_overall'):
            env.setting(name, '0')


class Either:
    """The workers that a device happens to reach."""

    def __init__(self, *pools):
        self.pools, self.chance = pools, random.Random(7)

    def call(self, *args, **more):
        return self.chance.choice(self.pools).call(*args, **more)

    def log(self):
        return ''.join(p.log() for p in self.pools)


def old_database(env, top):
    """As the release before has made it."""
    env.close()
    psql = ['psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-U', 'postgres']
    more = env.database()
    for words in (['drop database fenestra with (force)'],
                  ["create database fenestra owner fenestra_owner encoding"
                   " 'UTF8' template template0"]):
        subprocess.run([*psql, '-d', 'postgres', '-c', *words], check=True,
                       env=more)
    migrate(env, os.path.join(top, 'sql'))


def migrate(env, folder):
    """sql/migrate up, again for as long as it is only in the way; says how
    often."""
    for count in range(1, 20):
        done = subprocess.run(
            [os.path.join(folder, 'migrate'), 'up'], check=False, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=dict(env.database(), PGUSER='postgres'))
        if done.returncode == 0:
            return count
        assert 'lock timeout' in done.stdout or 'deadlock' in done.stdout, \
            done.stdout[-2000:]
        time.sleep(0.2)
    raise AssertionError('the migration does not get through')


def batch(found):
    for one in found:
        one.enqueue()
    seen = [one.messages for one in found]
    for _ in range(6000):
        for one in found:
            if one.error is not None:
                raise one.error
        if all(one.messages > n + 3
               for one, n in zip(found, seen)):
            return
        time.sleep(0.01)
    raise AssertionError('a device is not served')


def test_upgrade(run):
    """D2-7 D1-I2 D1-I3 D1-I4 the schema is brought up to date under old
    workers at work, old and new ones share it, and the new ones take over:
    every command is done, as often as it should be."""
    env, old = run.env, run.calm['management']
    found = storm.residents(run, old, ())
    pools = []
    try:
        batch(found)
        run.check('the old release alone',
                  lambda: [one.error for one in found] == [None] * 4 or fail())
        tries = run.check('migrations while devices are at work', migrate,
                          env, os.path.join(ROOT, 'sql'))
        run.note('%s tries', tries)
        run.check('old workers on the new schema', batch, found)
        pools = [fastcgi.Pool(env, 'management', 2)]
        for one in found:
            one.pool = Either(old, *pools)
        run.check('old and new workers side by side', batch, found)
        for one in found:
            one.pool = pools[0]
        run.check('new workers alone', batch, found)
        run.check('everything is done', storm.finish, run, found)
    finally:
        storm.abandon(found)
        codes = [c for p in (*pools, old) for c in p.close()]
        for line in Either(old, *pools).log().splitlines():
            if ' status=500 ' in line:
                run.note('%s', line)
    run.check('no worker died', lambda: set(codes) == {0} or fail())
    storm.figures(run, 'an upgrade', found)


def fail():
    raise AssertionError('not so')


def test_devices_of_before(run):
    """D2-7 D2-45 a device that enrolled with the release before renews and
    enrols with the new one; the audit trail and all invariants hold."""
    env = run.env
    with fastcgi.Pool(env, 'management', 1) as pool, \
            fastcgi.Pool(env, 'enrollment', 1) as enrollment:
        it = storm.Machine(env, dict(run.calm, management=pool,
                                     enrollment=enrollment))
        run.check('a new device', it.enrol)
        run.check('is managed', it.session)
        run.check('its secrets are sealed', lambda: env.sql(
            SECRET % '' + " and device = '%s'" % it.uuid) == [['1']] or fail())
    run.check('the chain of events', lambda: env.sql(
        'select * from admin.audit_verify()') == [] or fail())
    run.check('nothing is left to migrate', lambda: subprocess.run(
        [os.path.join(ROOT, 'sql', 'migrate'), 'check'], check=True,
        env=dict(env.database(), PGUSER='postgres')))


def main():
    try:
        Old.top = build()
        env = server.Server()
        old_database(env, Old.top)
        with signers.Signer(env, program=os.path.join(
                Old.top, 'build', 'bin', 'fenestra-signer')) as signer:
            run = OldRun(env, signer)
            test_upgrade(run)
            test_devices_of_before(run)
            run.check('all invariants hold', run.invariants.holds)
        run.calm['enrollment'].close()
        env.close()
    finally:
        server.end_children()
    print('1..%d' % run.number)
    return 1 if run.failed or not run.number else 0


if __name__ == '__main__':
    sys.exit(main())

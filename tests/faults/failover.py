#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""PostgreSQL fails over, becomes read-only, runs out of disk, stands behind a
pooler, while devices are at work; prints TAP.

    failover.py [word …]

It needs the stack to be up and leaves it with its own cluster. Words select
tests by part of their name. FAILOVERS (2): how often the primary is lost."""

import os
import random
import subprocess
import sys
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.realpath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'protocol')]

import cluster                                          # noqa: E402
import fastcgi                                          # noqa: E402
import server                                           # noqa: E402
import storm                                            # noqa: E402
from machine import Machine                             # noqa: E402
from run import Run                                     # noqa: E402

FAILOVERS = int(os.environ.get('FAILOVERS', '2'))
MEGABYTES = 400


def served(found, what):
    """Every device is answered again, twice."""
    seen = [one.messages for one in found]
    for _ in range(6000):
        if all(one.messages > n + 1 or one.error
               for one, n in zip(found, seen)):
            return
        time.sleep(0.01)
    raise AssertionError('no service after ' + what)


def at_work(run, pool, body):
    """Devices at work during body(found); then everything is done, and as
    often as it should be."""
    found = storm.residents(run, pool, ())
    try:
        body(found)
        storm.finish(run, found)
    finally:
        storm.abandon(found)
        codes = pool.close()
    assert set(codes) == {0} and not pool.codes, (codes, pool.codes)
    return found


def test_fail_over(run):
    """D2-12 D1-I1 D1-I2 D1-I3 D1-I4 the primary is lost under load and its
    synchronous standby promoted: nothing is lost, nothing done twice, and
    the workers find the new one by their connection string alone."""
    run.check('%d fail-overs' % FAILOVERS, fail_over, run)


def fail_over(run):
    chance = random.Random(411)

    def body(found):
        for _ in range(FAILOVERS):
            run.env.pair()
            for one in found:
                one.enqueue()
            time.sleep(chance.uniform(0.1, 0.4))
            run.env.fail_over()
            served(found, 'the fail-over')
            run.invariants.holds()

    found = at_work(run, fastcgi.Pool(run.env, 'management', 2,
                                      supervise=True), body)
    storm.figures(run, '%d fail-overs' % FAILOVERS, found)


def test_read_only(run):
    """D2-13 a primary that may not be written to any more: 503, and service
    once there is one again."""
    run.check('a read-only server', read_only, run)


def read_only(run):
    node = run.env.nodes[run.env.primary]

    def body(found):
        node.configure('default_transaction_read_only', 'on')
        before = [one.repeats for one in found]
        for one in found:
            for _ in range(1000):
                if one.repeats > before[found.index(one)] + 2:
                    break
                time.sleep(0.01)
            else:
                raise AssertionError('a device does not notice')
        run.env.close()
        node.sql('set default_transaction_read_only = off;')
        subprocess.run(
            ['psql', '-XqAt', '-h', node.sockets, '-U', 'postgres', '-d',
             'fenestra', '-v', 'ON_ERROR_STOP=1', '-c',
             'alter system reset default_transaction_read_only', '-c',
             'select pg_reload_conf()'], check=True,
            stdout=subprocess.DEVNULL,
            env=dict(os.environ,
                     PGOPTIONS='-c default_transaction_read_only=off'))
        for one in found:
            one.enqueue()
        served(found, 'the server could be written to')

    at_work(run, fastcgi.Pool(run.env, 'management', 2, supervise=True), body)


def test_disk_full(run):
    """D2-14 no room for the database: never a 200, and service by itself
    when there is room again."""
    run.check('a full disk', disk_full, run)


def disk_full(run):
    env = run.env
    folder = os.path.join(os.path.dirname(env.nodes[1].data), 'disk')
    disk = cluster.Disk(folder, MEGABYTES)
    try:
        owner = env.nodes[0].owner
        data = os.path.join(folder, 'data')
        os.mkdir(data, 0o700)
        os.chown(data, owner.pw_uid, owner.pw_gid)
        os.chmod(folder, 0o755)
        node = cluster.Node(env, data, os.path.join(
            os.path.dirname(env.nodes[1].sockets), 'pg-disk'))
        node.copy_of(env.nodes[env.primary], standby=False)
        try:
            full(run, node, disk)
        finally:
            node.control('stop', '-m', 'immediate')
    finally:
        disk.close()


def full(run, node, disk):
    it = Machine(run.env, run.calm)
    it.enrol()
    # The device is known to the copy as well.
    node.control('stop', '-m', 'fast')
    node.copy_of(run.env.nodes[run.env.primary], standby=False)
    with fastcgi.Pool(run.env, 'management', 1, supervise=True,
                      PGHOST=node.sockets) as pool:
        it.ask(it.package1(), pool)
        disk.fill()
        refused = 0
        for _ in range(200):
            answer = it.call(pool, it.package1('<!-- %s -->' % ('x' * 9000)))
            assert answer.status in (200, 503), answer
            refused = refused + 1 if answer.status == 503 else 0
            if refused == 5:
                break
            grow(node)
        assert refused == 5, 'the disk is not full'
        disk.empty()
        if not node.running():
            node.control('start', '-l', node.log)
        body = it.package1()
        for _ in range(1000):
            answer = it.call(pool, body)
            if answer.status == 200:
                break
            assert answer.status == 503, answer
            time.sleep(0.02)
        assert answer.status == 200, answer
    assert not pool.codes, 'a worker died'


def grow(node):
    """Uses up what is left of the last WAL segment."""
    subprocess.run(
        ['psql', '-XqAt', '-h', node.sockets, '-U', 'postgres', '-d',
         'fenestra', '-c', "select pg_logical_emit_message(false, 'x',"
         " repeat('x', 4000000))"], check=False, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)


def test_pooler(run):
    """D2-15 PgBouncer in transaction mode stands between: fewer connections
    than workers, any of them at any time."""
    run.check('PgBouncer in transaction mode', pooler, run)


class Bouncer:
    """with Bouncer(env) as bouncer: … in front of the primary; it connects
    as the user that the workers are, by peer authentication."""

    def __init__(self, env):
        self.folder = env.folder.fresh()
        os.mkdir(self.folder)
        user = 'www-data' if os.getuid() == 0 else None
        self.log = os.path.join(self.folder, 'log')
        path = os.path.join(self.folder, 'ini')
        users = os.path.join(self.folder, 'users')
        with open(users, 'w', encoding='ascii') as file:
            for name in ('enrollment', 'management'):
                file.write('"fenestra_%s" ""\n' % name)
        with open(path, 'w', encoding='ascii') as file:
            file.write('\n'.join((
                '[databases]',
                'fenestra = host=%s' % env.nodes[env.primary].sockets,
                '[pgbouncer]', 'pool_mode = transaction',
                'default_pool_size = 2', 'auth_type = trust',
                'auth_file = ' + users,
                'unix_socket_dir = ' + self.folder, 'listen_port = 5432',
                'ignore_startup_parameters = extra_float_digits,options',
                'logfile = ' + self.log, '')))
        words = ['/usr/sbin/pgbouncer', path]
        if user:
            subprocess.run(['chown', '-R', user, self.folder], check=True)
            os.chmod(env.folder.path, 0o711)
            words = ['runuser', '-u', user, '--'] + words
        # pylint: disable=consider-using-with
        self.process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        for _ in range(500):
            if os.path.exists(self.folder + '/.s.PGSQL.5432'):
                break
            time.sleep(0.02)
        else:
            raise AssertionError('PgBouncer does not serve')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for pid in server.children(self.process.pid) + [self.process.pid]:
            if server.alive(pid):
                os.kill(pid, 2)
        self.process.wait()


def pooler(run):
    with Bouncer(run.env) as bouncer:
        settings = {'PGHOST': bouncer.folder, 'FENESTRA_PREPARED': 'off',
                    'PGTARGETSESSIONATTRS': 'any'}
        with fastcgi.Pool(run.env, 'enrollment', 2, **settings) as enrollment:
            for _ in range(4):
                it = Machine(run.env, run.calm)
                it.enrol(enrollment)
        pool = fastcgi.Pool(run.env, 'management', 5, supervise=True,
                            PGUSER='fenestra_management', **settings)

        def body(found):
            for _ in range(4):
                for one in found:
                    one.enqueue()
                served(found, 'a while')

        found = at_work(run, pool, body)
        storm.figures(run, '5 workers, 2 connections', found)


def main():
    words = sys.argv[1:]
    try:
        run = Run(cluster.Pair())
        for name, function in list(globals().items()):
            if name.startswith('test_') and (
                    not words or any(w in name for w in words)):
                begun = time.monotonic()
                function(run)
                run.check('all invariants hold', run.invariants.holds)
                run.note('%s: %.0f s', name, time.monotonic() - begun)
        run.close()
        run.env.give_back()
    finally:
        server.end_children()
    print('1..%d' % run.number)
    return 1 if run.failed or not run.number else 0


if __name__ == '__main__':
    sys.exit(main())

# SPDX-License-Identifier: ISC
"""A worker that runs out of something: memory, descriptors, CPU time, its
database's patience, its schema, or the time of day."""

import ctypes
import os
import socket
import subprocess
import threading
import time

import client
import device
import messages
import stack
from fastcgi import Pool, with_certificate
from messages import QUERY, package1


class Limited(Pool):
    """Workers under prlimit."""

    def __init__(self, env, program, limit, **more):
        self.limit = limit
        super().__init__(env, program, **more)

    def command(self):
        return ['prlimit', self.limit, '--'] + super().command()


def ask(pool, made, text=None):
    return pool.call(QUERY, text or package1(made.id, 'limits'),
                     **with_certificate(made.cert))


def test_memory_runs_out(env):
    """D2-4 with so little memory that a large message does not fit: it is
    refused or its worker ends, nothing is half done, and small ones are
    served throughout."""
    made = device.Device(env)
    large = package1(made.id, 'large', '<Alert><CmdID>9</CmdID><Data>1226'
                     '</Data><Item><Data>%s</Data></Item></Alert>'
                     % ('x' * 900000))
    seen = set()
    for megabytes in (44, 48, 52, 56, 60, 64, 72):
        limit = '--as=%d' % (megabytes << 20)
        with Limited(env, 'management', limit, supervise=True) as pool:
            try:
                answer = ask(pool, made, large)
                seen.add(answer.status)
                assert answer.status in (200, 400, 413, 500, 503), answer
            except (client.Closed, ConnectionError):
                seen.add('ended')
            for _ in range(200):
                try:
                    if ask(pool, made).status in (200, 503):
                        break
                except (client.Closed, ConnectionError):
                    time.sleep(0.02)
            else:
                raise AssertionError('%d MB: %s' % (megabytes,
                                                    pool.log()[-500:]))
    assert seen - {200}, 'there was always enough'
    assert env.sql('select state, count(*) from mdm.device where device = %s'
                   ' group by 1;' % stack.quote(made.uuid)) == [
                       ['enrolled', '1']]
    with Pool(env, 'management') as pool:
        assert ask(pool, made).status == 200


def test_descriptors_run_out(env):
    """D2-5 a worker without a free descriptor neither ends nor spins, and
    serves again when there is one."""
    made = device.Device(env)
    with Limited(env, 'management', '--nofile=9') as pool:
        assert ask(pool, made).status == 200
        worker = pool.workers[0].pid
        assert len(os.listdir('/proc/%d/fd' % worker)) <= 9
        # What it opens itself now fails; it has to live with that.
        pool.env.sql("select pg_terminate_backend(pid) from pg_stat_activity"
                     " where usename = 'fenestra_management';")
        answers = [ask(pool, made).status for _ in range(5)]
        assert set(answers) <= {200, 503}, answers
        assert pool.alive() and pool.workers[0].pid == worker
    with Limited(env, 'discovery', '--nofile=6', count=1) as pool:
        held = []
        before = cpu(pool.workers[0].pid)
        for _ in range(10):
            sock = socket.socket(socket.AF_UNIX)
            sock.connect(pool.path)
            held.append(sock)
        time.sleep(2)
        assert cpu(pool.workers[0].pid) - before < 1.0, 'it spins'
        for sock in held:
            sock.close()
        answer = pool.call(messages.DISCOVERY, messages.discover(),
                           client.SOAP)
        assert answer.status == 200 and pool.alive()


def cpu(pid):
    """Seconds of CPU time that a process has had."""
    with open('/proc/%d/stat' % pid, encoding='ascii') as file:
        fields = file.read().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def costly(password):
    """A yescrypt hash that takes seconds to check: the dearest there is."""
    library = ctypes.CDLL('libcrypt.so.1')
    library.crypt_gensalt.restype = ctypes.c_char_p
    library.crypt.restype = ctypes.c_char_p
    salt = library.crypt_gensalt(b'$y$', 11, b'r' * 16, 16)
    return library.crypt(password.encode(), salt).decode()


def test_cpu_bomb(env):
    """D2-6 a request that takes too much CPU time ends its worker, which
    says why; the other worker serves meanwhile."""
    upn = 'slow@fenestra.test'
    env.user(upn, 'right')
    env.sql('update mdm.account set password_hash = %s where upn = %s;' %
            tuple(map(stack.quote, (costly('right'), upn))))
    with Pool(env, 'enrollment', 2, supervise=True,
              FENESTRA_MAX_CPU='1') as pool:
        outcome = []

        def slow():
            try:
                outcome.append(pool.call(
                    messages.POLICY, messages.policy(upn, 'right'),
                    client.SOAP))
            except (client.Closed, ConnectionError) as error:
                outcome.append(error)

        thread = threading.Thread(target=slow)
        thread.start()
        served = 0
        while thread.is_alive() or not served:
            assert pool.call(messages.POLICY, messages.policy(),
                             client.SOAP).status == 200
            served += 1
            time.sleep(0.2)
        thread.join()
        assert isinstance(outcome[0], Exception), outcome
        for _ in range(500):
            if pool.codes:
                break
            time.sleep(0.01)
    assert pool.codes == [1], pool.codes
    assert pool.log().count('more CPU time than FENESTRA_MAX_CPU') == 1


def test_deadlock(env):
    """D2-16 the database ends a worker's transaction to resolve a deadlock:
    it is done again, and answered as if nothing had been."""
    with Pool(env, 'management') as pool:
        before = deadlocks(env)
        for _ in range(5):
            made, answer = crossed(env, pool)
            # If this test is slow the worker has given up before.
            assert answer.status in (200, 503), answer
            if answer.status == 200 and deadlocks(env) > before:
                break
        else:
            raise AssertionError('there was no deadlock')
    assert made.events('device.enrolled') == 1
    made.session().finish()


def crossed(env, pool):
    """A new device, and the answer to its first message, which makes it
    enrolled: that is an event, numbered by a row that somebody holds who
    then wants the device's lock. It is the worker that looks for deadlocks
    first."""
    made = device.Device(env)
    where = ' where device = %s' % stack.quote(made.uuid)
    with subprocess.Popen(
            ['psql', '-Xq', '-U', 'postgres', '-d', 'fenestra'],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            stderr=subprocess.STDOUT, env=dict(
                env.database(), PGOPTIONS='-c deadlock_timeout=60s')) as other:
        other.stdin.write('begin; update mdm.counter set event = event%s;\n'
                          '\\echo held\n' % where)
        other.stdin.flush()
        assert other.stdout.readline() == 'held\n'
        outcome = []
        thread = threading.Thread(target=lambda: outcome.append(
            ask(pool, made)))
        thread.start()
        while thread.is_alive() and not env.sql(
                "select 1 from pg_stat_activity where wait_event_type ="
                " 'Lock' and usename = 'fenestra_management';"):
            time.sleep(0.01)
        other.stdin.write('select device from mdm.session%s for update;\n'
                          'rollback;\n' % where)
        other.stdin.close()
        assert 'ERROR' not in other.stdout.read()
        thread.join()
    return made, outcome[0]


def deadlocks(env):
    """How many the server counted; its count lags, and is asked for."""
    for _ in range(3):
        count = int(env.sql(
            'select pg_stat_force_next_flush(), deadlocks from'
            " pg_stat_database where datname = 'fenestra';")[0][1])
        time.sleep(1.1)
    return count


def test_schema_of_another_time(env):
    """D2-19 a schema that is missing or older than the worker needs: it
    says so, names both, ends with 78 and serves nothing; a newer one it
    takes."""
    older = "update mdm.migration set number = number - 1000;"
    newer = "update mdm.migration set number = number + 1000;"
    for program in ('discovery', 'enrollment', 'management'):
        with Pool(env, program) as pool:
            environ, command = pool.environ, pool.command()
        needed = subprocess.run(
            [*command, '--version'], env=environ, check=True,
            capture_output=True, text=True).stdout.split()[-1]
        env.sql(older)
        try:
            for word in ([], ['-n']):
                with socket.socket(socket.AF_UNIX) as listener:
                    listener.bind(env.folder.fresh('.sock'))
                    listener.listen()
                    done = subprocess.run(
                        [*command, *word], env=environ, stdin=listener,
                        capture_output=True, text=True, timeout=60,
                        check=False)
                assert done.returncode == 78, (program, word, done)
                assert needed in done.stderr and '-' in done.stderr, done
        finally:
            env.sql(newer)
        done = subprocess.run([*command, '-n'], env=dict(
            environ, PGDATABASE='postgres'), capture_output=True, text=True,
            check=False, timeout=60)
        assert done.returncode in (1, 78), done
        env.sql('insert into mdm.migration (number, name, sha256)'
                " values (9999, '9999_later', '');")
        try:
            done = subprocess.run([*command, '-n'], env=environ, text=True,
                                  capture_output=True, check=False,
                                  timeout=60)
            assert done.returncode == 0, done
        finally:
            env.sql('delete from mdm.migration where number = 9999;')


def faketime():
    """The library that has another clock."""
    listed = subprocess.run(['dpkg-query', '-L', 'libfaketime'], check=True,
                            text=True, capture_output=True).stdout.split()
    return [n for n in listed if n.endswith('libfaketime.so.1')][0]


def test_clock_steps(env):
    """D2-22 the clock of the machine steps by an hour and by a day, to and
    fro, under a worker: it serves on, and times out nobody for it."""
    made = device.Device(env)
    path = env.folder.file('faketime', '+0\n')
    with Pool(env, 'management', LD_PRELOAD=faketime(),
              FAKETIME_TIMESTAMP_FILE=path, FAKETIME_NO_CACHE='1') as pool:
        worker = pool.workers[0].pid
        for step in ('+0', '+3600', '-3600', '+86400', '-86400', '+0'):
            with open(path, 'w', encoding='ascii') as file:
                file.write(step + '\n')
            answer = ask(pool, made)
            # A certificate of today is not good yet a day or an hour ago.
            wanted = 403 if step.startswith('-') else 200
            assert answer.status == wanted or answer.status == 200, (
                step, answer)
        assert pool.alive() and pool.workers[0].pid == worker
    lines = [stack.logfmt(line) for line in pool.log().splitlines()
             if ' status=' in line]
    assert len(lines) == 6, lines
    for line in lines:
        assert 0 <= int(line['us']) < 60000000, line


def test_year_2038(env):
    """D2-22 a worker beyond the 32-bit time: it serves, and knows that the
    certificate has ended."""
    made = device.Device(env)
    with Pool(env, 'management', FAKETIME='@2038-01-20 00:00:00',
              LD_PRELOAD=faketime()) as pool:
        answer = ask(pool, made)
        assert answer.status == 403 and 'expired' in pool.log(), pool.log()
        assert pool.alive()

# SPDX-License-Identifier: ISC
"""The stack with lasting psqls and a PostgreSQL that crashes, and workers that
are killed at a named place."""

import ctypes
import glob
import itertools
import os
import signal
import subprocess
import threading
import time

import client
import fastcgi
import postgres
import stack


class Psql:
    """psql at the end of a pipe: a statement costs no process."""

    MARK = 'end of statement 5f0c'

    def __init__(self, env, user):
        self.env, self.user, self.process = env, user, None

    def open(self):
        # pylint: disable=consider-using-with
        self.process = subprocess.Popen(
            ['psql', '-X', '-q', '-A', '-t', '-F', '\x1f', '-R', '\x1e',
             '-P', 'null=\x1d', '-v', 'VERBOSITY=verbose', '-U', self.user,
             '-d', 'fenestra'], stdin=subprocess.PIPE, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=dict(self.env.database(), PGOPTIONS='-c jit=off'))

    def close(self):
        if self.process is not None:
            self.process.stdin.close()
            self.process.stdout.close()
            self.process.wait()
            self.process = None

    def rows(self, statement):
        if self.process is None or self.process.poll() is not None:
            self.close()
            self.open()
        out = []
        try:
            self.process.stdin.write('%s\n\\echo %s\n' % (statement,
                                                          self.MARK))
            self.process.stdin.flush()
            for line in self.process.stdout:
                # psql ends no row when it sets its own separator
                if line.endswith(self.MARK + '\n'):
                    out.append(line[:-len(self.MARK) - 1])
                    break
                out.append(line)
            else:
                raise stack.SqlError('psql ended: ' + ''.join(out))
        except OSError as error:
            self.close()
            raise stack.SqlError('psql: %s' % error) from error
        text = ''.join(out)
        if 'ERROR:  ' in text or 'FATAL:  ' in text:
            raise stack.SqlError(text)
        text = text.strip('\x1e\n')
        if not text:
            return []
        return [[None if f == '\x1d' else f for f in row.split('\x1f')]
                for row in text.split('\x1e')]


class Server(stack.Stack):
    """As the protocol tests know it, with another build and, for each thread
    and role, one lasting psql."""

    def __init__(self):
        super().__init__('lighttpd')
        self.psqls = {}
        self.cluster = postgres.Cluster(self)

    def sql(self, statement, user='postgres', database='fenestra'):
        assert database == 'fenestra'
        key = user, threading.get_ident()
        if key not in self.psqls:
            self.psqls[key] = Psql(self, user)
        return self.psqls[key].rows(statement.rstrip().rstrip(';') + ';')

    def close(self):
        while self.psqls:
            self.psqls.popitem()[1].close()

    def hash(self, password):
        """yescrypt at its cheapest: there are many enrolments here."""
        library = ctypes.CDLL('libcrypt.so.1')
        library.crypt.restype = ctypes.c_char_p
        return library.crypt(password.encode(),
                             b'$y$j75$FenestraFaults.').decode()

    def crash(self, hard):
        """PostgreSQL ends without a shutdown; `hard` is kill -9 of the
        postmaster, whose children find out by themselves."""
        if not hard:
            self.cluster.stop('immediate')
            return
        path = os.path.join(self.cluster.data, 'postmaster.pid')
        with open(path, encoding='ascii') as file:
            pid = int(file.readline())
        family = [pid] + children(pid)
        os.kill(pid, signal.SIGKILL)
        for _ in range(1500):
            if not any(alive(p) for p in family):
                # Its number counts as taken while nobody has waited for it.
                if os.path.exists('/proc/%d' % pid):
                    os.unlink(path)
                    for name in glob.glob(os.path.join(
                            self.database()['PGHOST'], '.s.PGSQL.*')):
                        os.unlink(name)
                return
            time.sleep(0.02)
        raise AssertionError('PostgreSQL does not end: %r' % family)


def children(parent):
    found = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open('/proc/%s/stat' % pid, encoding='latin-1') as file:
                words = file.read().rpartition(')')[2].split()
        except OSError:
            continue
        if int(words[1]) == parent:
            found.append(int(pid))
    return found


def end_children():
    """Whatever this process has started and not yet ended."""
    for pid in children(os.getpid()):
        os.kill(pid, signal.SIGKILL)


def alive(pid):
    try:
        with open('/proc/%d/stat' % pid, encoding='latin-1') as file:
            return file.read().rpartition(')')[2].split()[0] != 'Z'
    except OSError:
        return False


class Armed(fastcgi.Pool):
    """One worker that is killed at a place and then started again."""

    count = itertools.count()

    def __init__(self, env, program, **settings):
        self.fault = env.folder.fresh('.fault')
        self.names = ['']
        super().__init__(env, program, FAULT_FILE=self.fault, **settings)

    def spawn(self):
        """Each by a name of its own, for quiet()."""
        self.names.append('armed %d' % next(self.count))
        self.environ['PGAPPNAME'] = self.names[-1]
        return super().spawn()

    def backend(self, name):
        found = self.env.sql('select pid from pg_stat_activity where'
                             ' application_name = %s;' % stack.quote(name))
        return int(found[0][0]) if found else None

    def ready(self):
        """Waits for a new worker to be connected."""
        for _ in range(3000):
            if self.backend(self.names[-1]) is not None:
                return
            time.sleep(0.002)
        raise AssertionError('no connection: ' + self.log()[-800:])

    def quiet(self):
        """Waits for the database to notice that the worker before this one
        is dead: what it was doing is then done, or undone."""
        for _ in range(3000):
            if self.backend(self.names[-2]) is None:
                return
            time.sleep(0.002)
        raise AssertionError('a backend without a client lives on')

    def restart(self):
        """A worker that remembers nothing."""
        worker = self.workers[0]
        if worker.poll() is None:
            worker.kill()
        worker.wait()
        self.workers[0] = self.spawn()

    def arm(self, place, passes):
        with open(self.fault + '.new', 'w', encoding='ascii') as file:
            file.write('%s %d\n' % (place, passes))
        os.rename(self.fault + '.new', self.fault)

    def disarm(self):
        if os.path.exists(self.fault):
            os.unlink(self.fault)

    def kill_at(self, place, passes, call):
        """(whether it died there, what it answered or None)."""
        worker = self.workers[0]
        self.arm(place, passes)
        try:
            answer = call(self)
        except (client.Closed, OSError):
            answer = None
        if answer is None or place == 'request-done':
            code = worker.wait(30)
            assert code == -signal.SIGKILL, \
                'ended with %s: %s' % (code, self.log()[-800:])
            assert not os.path.exists(self.fault), 'it died elsewhere'
            self.workers[0] = self.spawn()
            return True, answer
        assert os.path.exists(self.fault), 'answered, but passed ' + place
        self.disarm()
        return False, answer

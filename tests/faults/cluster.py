# SPDX-License-Identifier: ISC
"""Two PostgreSQL clusters, a primary and its standby, that take turns; and
one on a disk that can be filled."""

import os
import pwd
import shutil
import signal
import subprocess
import time

import server

LINE = 'local replication postgres peer map=fenestra\n'


class Node:
    """A cluster with a socket folder of its own."""

    def __init__(self, env, data, sockets):
        self.env, self.data, self.sockets = env, data, sockets
        self.bin = os.path.dirname(env.cluster.tool)
        self.owner = pwd.getpwuid(os.stat(env.cluster.data).st_uid)
        self.log = env.cluster.log

    def run(self, *command, **more):
        """As the user of the clusters."""
        words = list(command)
        if os.getuid() != self.owner.pw_uid:
            words = ['runuser', '-u', self.owner.pw_name, '--'] + words
        with open(self.log, 'ab') as log:
            return subprocess.run(words, check=True, cwd='/', stdout=log,
                                  stdin=subprocess.DEVNULL, stderr=log, **more)

    def control(self, *words):
        self.run(self.bin + '/pg_ctl', '-D', self.data, '-s', '-w', '-t', '60',
                 *words)

    def sql(self, statement):
        return subprocess.run(
            ['psql', '-XqAt', '-h', self.sockets, '-U', 'postgres', '-d',
             'fenestra', '-v', 'ON_ERROR_STOP=1', '-c', statement], text=True,
            check=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE).stdout.strip()

    def configure(self, name, value):
        """ALTER SYSTEM is for no transaction, and takes effect with the
        next reload."""
        self.sql("alter system set %s = '%s'" % (name, value))
        self.sql('select pg_reload_conf()')
        self.until("select current_setting('%s')" % name, value)

    def until(self, query, wanted):
        for _ in range(1500):
            if self.sql(query) == wanted:
                return
            time.sleep(0.02)
        raise AssertionError('%s is not %s' % (query, wanted))

    def copy_of(self, primary, *, standby=True):
        """Made anew from the running primary, and started."""
        os.makedirs(self.sockets, exist_ok=True)
        os.chown(self.sockets, self.owner.pw_uid, self.owner.pw_gid)
        if os.path.isdir(self.data):
            for name in os.listdir(self.data):
                path = os.path.join(self.data, name)
                shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
        primary.sql('select pg_drop_replication_slot(slot_name) from'
                    ' pg_replication_slots')
        self.run(self.bin + '/pg_basebackup', '-D', self.data, '-h',
                 primary.sockets, '-U', 'postgres', '-c', 'fast', '-X',
                 'stream', *(['-R', '-C', '-S', 'other'] if standby else []))
        with open(os.path.join(self.data, 'postgresql.auto.conf'), 'a',
                  encoding='ascii') as file:
            file.write("unix_socket_directories = '%s'\n"
                       "synchronous_standby_names = ''\n" % self.sockets)
        self.control('start', '-l', self.log)

    def kill(self):
        """The power goes."""
        with open(os.path.join(self.data, 'postmaster.pid'),
                  encoding='ascii') as file:
            pid = int(file.readline())
        family = [pid] + server.children(pid)
        os.kill(pid, signal.SIGKILL)
        for _ in range(1500):
            if not any(server.alive(p) for p in family):
                return
            time.sleep(0.02)
        raise AssertionError('PostgreSQL does not end: %r' % family)

    def running(self):
        return subprocess.run([self.bin + '/pg_ctl', '-D', self.data,
                               'status'], check=False,
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == 0


class Pair(server.Server):
    """The stack, with a second cluster beside its own; who connects is let
    in by the one that may be written to."""

    def __init__(self):
        super().__init__()
        run = os.path.realpath(os.path.join(self.var, 'run'))
        base = os.path.dirname(run)
        self.nodes = [
            Node(self, self.cluster.data, os.path.join(run, 'pg')),
            Node(self, os.path.join(base, 'pg-other'),
                 os.path.join(run, 'pg-other'))]
        for path in (self.cluster.data, base):
            assert os.path.isdir(path), path
        with open(os.path.join(self.cluster.data, 'pg_hba.conf'), 'a',
                  encoding='ascii') as file:
            file.write(LINE)
        self.primary = 0
        self.both = True
        self.nodes[0].sql('select pg_reload_conf()')
        shutil.rmtree(self.nodes[1].data, ignore_errors=True)
        os.mkdir(self.nodes[1].data, 0o700)
        os.chown(self.nodes[1].data, self.nodes[1].owner.pw_uid,
                 self.nodes[1].owner.pw_gid)

    def database(self):
        wanted = dict(super().database())
        wanted['PGHOST'] = ','.join(n.sockets for n in self.nodes)
        wanted['PGTARGETSESSIONATTRS'] = 'read-write'
        return wanted

    def pair(self):
        """The other one becomes a standby that every commit waits for."""
        primary, other = self.nodes[self.primary], self.nodes[1 - self.primary]
        if other.running():
            other.control('stop', '-m', 'immediate')
        other.copy_of(primary)
        primary.configure('synchronous_standby_names', '*')
        primary.until('select string_agg(sync_state, \',\') from'
                      ' pg_stat_replication', 'sync')

    def fail_over(self):
        """The primary is gone; the standby takes its place."""
        self.close()
        self.nodes[self.primary].kill()
        self.primary = 1 - self.primary
        self.nodes[self.primary].control('promote')

    def give_back(self):
        """So that the stack has its own cluster again, when all is over."""
        self.close()
        if self.primary == 1:
            self.pair()
            self.close()
            self.nodes[1].control('stop', '-m', 'fast')
            self.primary = 0
            self.nodes[0].control('promote')
            self.nodes[0].configure('synchronous_standby_names', '')
        elif self.nodes[1].running():
            self.nodes[0].configure('synchronous_standby_names', '')
            self.nodes[1].control('stop', '-m', 'immediate')
        self.nodes[0].sql('alter system reset all')
        self.nodes[0].sql('select pg_reload_conf()')
        shutil.rmtree(self.nodes[1].data)


class Disk:
    """A small one of its own, below a folder; it can be filled and emptied."""

    def __init__(self, folder, megabytes):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=%dm' % megabytes,
                        'tmpfs', folder], check=True)

    def fill(self):
        """To the last block."""
        file = os.open(os.path.join(self.folder, 'ballast'),
                       os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    os.write(file, b'\0' * size)
            except OSError:
                pass
        os.close(file)

    def empty(self):
        os.unlink(os.path.join(self.folder, 'ballast'))

    def close(self):
        subprocess.run(['umount', '-l', self.folder], check=True)



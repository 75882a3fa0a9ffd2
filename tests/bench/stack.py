# SPDX-License-Identifier: ISC
"""The development stack in a folder of its own, made anew; and the floor: a
second lighttpd with the same configuration, whose only worker is the trivial
responder."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import time

import machine

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), '..', '..'))
BUILD = os.path.join(ROOT, os.environ.get('B', 'build'))
BIN = os.path.join(BUILD, 'bin')
VAR = os.path.join(BUILD, 'bench')
PATH = '/ManagementServer/MDM.svc'

FLOOR_WORKERS = '''
var.fenestra_management = ((
	"bin-path" => "%(floor)s/bench-floor",
	"socket" => var.fenestra_run + "/floor.sock",
	"max-procs" => var.fenestra_procs,
	"bin-copy-environment" => ("PATH", "LANG", "PGHOST"),
	"bin-environment" => (
		"PGDATABASE" => "floor",
		"PGUSER" => "fenestra_management",
		"FLOOR_LENGTH" => "%(length)d"
	),
	"check-local" => "disable",
	"disable-time" => 1
))
var.fenestra_enrollment = var.fenestra_management
var.fenestra_discovery = var.fenestra_management
'''

FLOOR_TABLE = '''
create table floor (id int primary key, value text not null);
insert into floor select i, repeat(md5(i::text), 3)
  from generate_series(0, 999) i;
analyze floor;
grant select on floor to public;
'''


class Stack:
    """deploy/stack up … down."""

    def __init__(self, workers, https, http):
        self.workers, self.https, self.http = workers, https, http
        self.environment = dict(
            os.environ, FENESTRA_VAR=VAR, WORKERS=str(workers), BIN=BIN,
            HTTPS_PORT=str(https), HTTP_PORT=str(http), LISTEN='127.0.0.1')
        self.values = {}
        self.home = None

    def run(self, *words):
        return subprocess.run(
            [os.path.join(ROOT, 'deploy', 'stack'), *words],
            env=self.environment, check=True, text=True,
            stdout=subprocess.PIPE if words[0] == 'env' else None).stdout

    def up(self):
        self.clear()
        self.run('up', 'lighttpd')
        self.values = dict(
            word.split('=', 1) for line in self.run('env').splitlines()
            for word in shlex.split(line))
        self.home = os.path.dirname(os.path.dirname(self.values['PGHOST']))

    def down(self):
        self.run('down')

    def clear(self):
        """The state may lie elsewhere, behind links: see deploy/stack."""
        self.run('down')
        pg = os.path.join(VAR, 'pg')
        if os.path.islink(pg):
            shutil.rmtree(os.path.dirname(os.path.realpath(pg)))
        shutil.rmtree(VAR, ignore_errors=True)

    def front(self):
        return int(machine.read(self.values['FRONT_PID_FILE']))

    def postmaster(self):
        return int(machine.read(self.home + '/pg/postmaster.pid').split()[0])

    def psql(self, text, user='postgres', database='fenestra', **variables):
        words = ['psql', '-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', '-U', user,
                 '-d', database, '-h', self.values['PGHOST']]
        for name, value in variables.items():
            words += ['-v', '%s=%s' % (name, value)]
        return subprocess.run(words, input=text, text=True, check=True,
                              stdout=subprocess.PIPE).stdout.strip()

    def user(self, upn, hash_text):
        self.psql("select admin.user_set(:'upn', :'hash')",
                  user='fenestra_admin', upn=upn, hash=hash_text)


class Floor:
    """Beside the stack: its site file, with other places and workers."""

    def __init__(self, stack, https, http, length):
        self.stack, self.https, self.http = stack, https, http
        self.folder = os.path.join(stack.home, 'floor')
        self.length = length
        self.pid_file = self.folder + '/front.pid'

    def configure(self):
        site = machine.read(self.stack.home + '/run/lighttpd.conf')
        changes = {
            'workers': self.folder + '/workers.conf',
            'run': self.folder + '/run',
            'log': self.folder + '/log',
            'uploads': self.folder + '/uploads',
            'pid': self.pid_file,
            'https': str(self.https),
            'http': str(self.http),
            'https_in_url': ':%d' % self.https,
        }
        for name, value in changes.items():
            site, count = re.subn(r'(?m)^(\s*var\.fenestra_%s = ).*$' % name,
                                  lambda m, v=value: '%s"%s"' % (m[1], v),
                                  site)
            if count != 1:
                raise SystemExit('bench: no fenestra_%s in the site file'
                                 % name)
        return site

    def up(self):
        owner = re.search(r'fenestra_user = "(.*)"', self.configure())[1]
        os.mkdir(self.folder)
        for name in ('run', 'log', 'uploads'):
            os.mkdir(os.path.join(self.folder, name))
            if os.getuid() == 0:
                shutil.chown(os.path.join(self.folder, name), owner)
        shutil.copy(os.path.join(BIN, 'bench-floor'), self.folder)
        with open(self.folder + '/floor.conf', 'w', encoding='utf-8') as file:
            file.write(self.configure())
        with open(self.folder + '/workers.conf', 'w',
                  encoding='utf-8') as file:
            file.write(FLOOR_WORKERS % {'floor': self.folder,
                                        'length': self.length})
        self.stack.psql('create database floor')
        self.stack.psql(FLOOR_TABLE, database='floor')
        subprocess.run(
            ['/usr/sbin/lighttpd', '-f', self.folder + '/floor.conf'],
            env={'PATH': '/usr/bin:/bin', 'LANG': 'C.UTF-8',
                 'PGHOST': self.stack.values['PGHOST']}, check=True)

    def front(self):
        return int(machine.read(self.pid_file))

    def down(self):
        """lighttpd ends its workers; what is left after a while is killed."""
        try:
            pids = machine.family(self.front())
            os.kill(self.front(), signal.SIGTERM)
        except (OSError, ValueError):
            return
        for _ in range(200):
            pids = {p for p in pids
                    if machine.program(p) in ('lighttpd', 'bench-floor')}
            if not pids:
                return
            time.sleep(0.05)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)

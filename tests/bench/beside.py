# SPDX-License-Identifier: ISC
"""Beside the stack: a second lighttpd with the same configuration, whose only
workers are the trivial responder, or those of another database."""

import os
import re
import shutil
import signal
import subprocess
import time

import machine
from stack import BIN

WORKERS = '''
var.fenestra_management = ((
	"bin-path" => "%(program)s",
	"socket" => var.fenestra_run + "/worker.sock",
	"max-procs" => var.fenestra_procs,
	"bin-copy-environment" => ("PATH", "LANG", "PGHOST"),
	"bin-environment" => (%(environment)s),
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


class Beside:
    """The stack's site file, with other places and workers."""

    def __init__(self, stack, name, https, http):
        self.stack, self.https, self.http = stack, https, http
        self.folder = os.path.join(stack.home, name)
        self.pid_file = self.folder + '/front.pid'
        self.program = None

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
            'monitor': '127.0.0.1:%d' % (self.http + 200),
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

    def serve(self, program, environment):
        """With workers that run this program in this environment."""
        site = self.configure()
        owner = re.search(r'fenestra_user = "(.*)"', site)[1]
        os.mkdir(self.folder)
        for name in ('run', 'log', 'uploads'):
            os.mkdir(os.path.join(self.folder, name))
            if os.getuid() == 0:
                shutil.chown(os.path.join(self.folder, name), owner)
        self.program = shutil.copy(os.path.join(BIN, program), self.folder)
        with open(self.folder + '/site.conf', 'w', encoding='utf-8') as file:
            file.write(site)
        with open(self.folder + '/workers.conf', 'w',
                  encoding='utf-8') as file:
            file.write(WORKERS % {
                'program': self.program,
                'environment': ', '.join('"%s" => "%s"' % pair
                                         for pair in environment.items())})
        subprocess.run(
            ['/usr/sbin/lighttpd', '-f', self.folder + '/site.conf'],
            env={'PATH': '/usr/bin:/bin', 'LANG': 'C.UTF-8',
                 'PGHOST': self.stack.values['PGHOST']}, check=True)

    def front(self):
        return int(machine.read(self.pid_file))

    def workers(self):
        return machine.workers(self.front(), os.path.basename(self.program))

    def down(self):
        """lighttpd ends its workers; what is left after a while is killed."""
        try:
            pids = machine.family(self.front())
            os.kill(self.front(), signal.SIGTERM)
        except (OSError, ValueError):
            return
        names = ('lighttpd', os.path.basename(self.program)[:15])
        for _ in range(200):
            pids = {p for p in pids if machine.program(p) in names}
            if not pids:
                return
            time.sleep(0.05)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)


class Floor(Beside):
    """The trivial responder: one SELECT, an answer of so many bytes."""

    def __init__(self, stack, https, http, length):
        super().__init__(stack, 'floor', https, http)
        self.length = length

    def up(self):
        self.stack.psql('create database floor')
        self.stack.psql(FLOOR_TABLE, database='floor')
        self.serve('bench-floor', {
            'PGDATABASE': 'floor', 'PGUSER': 'fenestra_management',
            'FLOOR_LENGTH': str(self.length)})

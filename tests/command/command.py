# SPDX-License-Identifier: ISC
"""Runs `fenestra` against a stack, with and without a terminal."""

import csv
import io
import json
import os
import pty
import select
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.realpath(__file__))))
COMMAND = os.path.join(ROOT, 'deploy', 'fenestra')


class Answer:
    """Exit status, standard output and standard error."""

    def __init__(self, words, status, out, err):
        self.words, self.status, self.out, self.err = words, status, out, err

    def __str__(self):
        return 'fenestra %s: %s\n%s\n%s' % (
            ' '.join(self.words), self.status, self.out, self.err)


class Site:
    """A stack, and the database of it."""

    def __init__(self, work):
        self.work, self.told = work, ''
        told = subprocess.run(
            [os.path.join(ROOT, 'deploy', 'stack'), 'env'], check=True,
            stdout=subprocess.PIPE, universal_newlines=True).stdout
        self.stack = dict(line.split('=', 1) for line in told.split('\n')
                          if '=' in line)
        self.stack = {k: v.strip("'") for k, v in self.stack.items()}
        self.environ = {k: v for k, v in os.environ.items()
                        if not k.startswith(('PG', 'FENESTRA_'))}
        self.environ['PGHOST'] = self.stack['PGHOST']
        self.device = os.path.join(work, 'device')

    def run(self, *words, stdin='', status=0, environ=None):
        """The command without a terminal; its exit status is checked."""
        ended = subprocess.run(
            [COMMAND, *words], input=stdin, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, universal_newlines=True, timeout=60,
            env=dict(self.environ, **(environ or {})), cwd=self.work)
        answer = Answer(words, ended.returncode, ended.stdout, ended.stderr)
        assert ended.returncode == status, answer
        return answer

    def refused(self, status, why, *words, **more):
        """The command, which has to fail and say why."""
        answer = self.run(*words, status=status, **more)
        assert why in answer.err and answer.out == '', answer
        return answer

    def json(self, *words, **more):
        return json.loads(self.run('--json', *words, **more).out)

    def csv(self, *words, **more):
        text = self.run('--csv', *words, **more).out
        return list(csv.DictReader(io.StringIO(text)))

    def typed(self, keys, *words, status=0, environ=None):
        """The command at a terminal: of `keys` (question, answer) each
        answer is typed when its question was asked."""
        pid, master = pty.fork()
        if pid == 0:
            os.chdir(self.work)
            os.execve(COMMAND, [COMMAND, *words],
                      dict(self.environ, **(environ or {})))
        seen, left, end = '', list(keys), time.monotonic() + 30
        while time.monotonic() < end:
            ready, _, _ = select.select([master], [], [], 1)
            if not ready:
                continue
            try:
                octets = os.read(master, 4096)
            except OSError:             # how Linux says end of a terminal
                break
            if not octets:
                break
            seen += octets.decode()
            if left and left[0][0] in seen:
                os.write(master, left.pop(0)[1].encode())
        _, ended = os.waitpid(pid, 0)
        os.close(master)
        answer = Answer(words, os.waitstatus_to_exitcode(ended), seen, '')
        assert answer.status == status and not left, answer
        return answer

    def sql(self, text):
        """What the administrator is answered to a constant piece of SQL."""
        return subprocess.run(
            ['psql', '-XqAt', '-U', 'fenestra_admin', '-d', 'fenestra',
             '-v', 'ON_ERROR_STOP=1'], input=text, check=True,
            stdout=subprocess.PIPE, universal_newlines=True,
            env=self.environ).stdout.strip()

    def simulated(self, verb, *words):
        return subprocess.run(
            [os.path.join(ROOT, 'build', 'bin', 'fenestra-device'), verb,
             '-d', self.device, *words], check=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, universal_newlines=True,
            env=dict(self.environ, FENESTRA_DEVICE_PASSWORD='right')).stdout

    def usage(self):
        """What help says of every command of the table."""
        if not self.told:
            words = {row.split()[0] for row in self.run('help').out
                     .splitlines() if row.startswith('  ')}
            self.told = ''.join(self.run('help', word).out
                                for word in sorted(words))
        return self.told

    def enroll(self):
        """A user and the user's simulated device."""
        self.run('user', 'add', 'command@fenestra.test', '--stdin',
                 stdin='right\n')
        names = ['%s:%s:127.0.0.1' % (self.stack[n], self.stack['HTTPS_PORT'])
                 for n in ('ENROLLMENT_HOST', 'MANAGEMENT_HOST')]
        self.simulated('enroll', '-u', 'command@fenestra.test', '-P',
                       self.stack['HTTPS_PORT'], '-r', names[0], '-r',
                       names[1], '-C', self.stack['CA_FILE'])
        shown = self.simulated('show')
        self.id = dict(line.split(' ', 1) for line in shown.splitlines()
                       if ' ' in line)['enterprise-device-id']

# SPDX-License-Identifier: ISC
"""The development stack in a folder of its own, made anew."""

import os
import shlex
import shutil
import subprocess

import machine

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), '..', '..'))
BUILD = os.path.join(ROOT, os.environ.get('B', 'build'))
BIN = os.path.join(BUILD, 'bin')
VAR = os.path.join(BUILD, 'bench')
PATH = '/ManagementServer/MDM.svc'


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
        # A few devices stand for many, and speed is measured, not a limit.
        self.psql('select admin.setting_set(n, v) from (values'
                  " ('session_rate', '0'), ('signer_rate', '0'),"
                  " ('throttle_user', '0'), ('throttle_source', '0'),"
                  " ('throttle_overall', '0'))"
                  ' as s (n, v)', user='fenestra_admin')

    def down(self):
        self.run('down')

    def again(self, workers):
        """With other workers, new ones, on the same database."""
        self.down()
        self.environment['WORKERS'] = str(workers)
        self.run('up', 'lighttpd')

    def clear(self):
        """The state may lie elsewhere, behind links: see deploy/stack."""
        self.run('down')
        pg = os.path.join(VAR, 'pg')
        if os.path.islink(pg):
            shutil.rmtree(os.path.dirname(os.path.realpath(pg)))
        shutil.rmtree(VAR, ignore_errors=True)

    def setting(self, name, value):
        self.psql('select admin.setting_set(:\'name\', nullif(:\'value\','
                  " ''))", user='fenestra_admin', name=name, value=value)

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

    def token(self):
        """An enrollment token for more devices than there will be."""
        return self.psql('select admin.token_create(1000000)',
                         user='fenestra_admin')

    def user(self, upn, hash_text):
        self.psql("select admin.user_set(:'upn', :'hash')",
                  user='fenestra_admin', upn=upn, hash=hash_text)

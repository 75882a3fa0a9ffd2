# SPDX-License-Identifier: ISC
"""Stopping and starting the stack's own PostgreSQL cluster."""

import glob
import os
import pwd
import subprocess


class Cluster:
    def __init__(self, env):
        found = [p for p in (os.path.join(env.var, 'pg'),
                             os.path.join(env.var, 'pg', 'data'))
                 if os.path.exists(os.path.join(p, 'PG_VERSION'))]
        assert found, 'no cluster below %s' % env.var
        # Where the checkout cannot be entered by the cluster's owner, what
        # stands there is a link.
        self.data = os.path.realpath(found[0])
        with open(os.path.join(self.data, 'PG_VERSION'),
                  encoding='ascii') as file:
            version = file.read().strip()
        self.tool = '/usr/lib/postgresql/%s/bin/pg_ctl' % version
        assert glob.glob(self.tool), self.tool
        with open(os.path.join(self.data, 'postmaster.opts'),
                  encoding='utf-8') as file:
            # "binary" "option" … as the last start was made
            self.options = file.read().strip().partition(' ')[2]
        self.log = os.path.realpath(
            os.path.join(env.var, 'log', 'postgresql.log'))

    def control(self, *args):
        command = [self.tool, '-D', self.data, '-w', '-t', '60', *args]
        owner = pwd.getpwuid(os.stat(self.data).st_uid).pw_name
        if os.getuid() == 0 and owner != 'root':
            command = ['runuser', '-u', owner, '--'] + command
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       cwd='/')

    def stop(self, mode='fast'):
        self.control('stop', '-m', mode)

    def start(self):
        options = self.options.replace('"-D" "%s"' % self.data, '')
        self.control('start', '-l', self.log, '-o', options)


class Away:
    """with Away(env): … the database is not there meanwhile."""

    def __init__(self, env, mode='fast'):
        self.cluster, self.mode = Cluster(env), mode

    def __enter__(self):
        self.cluster.stop(self.mode)
        return self

    def __exit__(self, *_):
        self.cluster.start()

# SPDX-License-Identifier: ISC
"""Five hundred simulated devices (tests/device) behind the front server, what
they have in their trees, and the database that wants something of them."""

import base64
import os
import re
import shlex
import subprocess
import tempfile

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), '..', '..'))
DEVICE = os.path.join(ROOT, 'build', 'bin', 'fenestra-device')
COUNT = 500
LANES = 8
POLICY = './Vendor/MSFT/Policy/Config/Fleet/'


class Fleet:
    """All devices; each has a number, and a folder with that name."""

    def __init__(self):
        # pylint: disable=consider-using-with
        self.keeper = tempfile.TemporaryDirectory(prefix='fenestra-fleet-')
        self.folder = self.keeper.name
        out = subprocess.run([os.path.join(ROOT, 'deploy', 'stack'), 'env'],
                             check=True, capture_output=True, text=True)
        self.env = dict(word.split('=', 1)
                        for word in shlex.split(out.stdout))
        self.last = {}              # what the last round said

    # The database

    def sql(self, text, user='postgres'):
        """The rows of the last statement, as lists of text."""
        run = subprocess.run(
            ['psql', '-XqAt', '-F', '\x1f', '-v', 'ON_ERROR_STOP=1', '-U',
             user, '-d', self.env['PGDATABASE'], '-h', self.env['PGHOST'],
             '-f', '-'], input=text, text=True, check=False,
            capture_output=True)
        assert run.returncode == 0, run.stderr
        return [line.split('\x1f') for line in run.stdout.splitlines()]

    def admin(self, text):
        return self.sql(text, 'fenestra_admin')

    def one(self, text):
        """One value."""
        rows = self.sql(text)
        assert len(rows) == 1 and len(rows[0]) == 1, rows
        return rows[0][0]

    def profile(self, name, *items, options=''):
        """Items are (verb, LocURI, value)."""
        text = ', '.join(
            "jsonb_build_object('verb', '%s', 'uri', '%s', 'data', '%s')" % i
            for i in items)
        self.admin("select admin.profile_set('%s', jsonb_build_array(%s)%s);"
                   % (name, text, options))

    def states(self, profile):
        """{state: nodes} of a profile."""
        return {state: int(n) for state, n in self.admin(
            "select state, count(*) from admin.profile_status"
            " where profile = '%s' group by 1;" % profile)}

    def read_again(self):
        """Has the time come for all nodes to be read."""
        self.sql("update mdm.node set checked_at = checked_at - interval"
                 " '25 hours';"
                 " update mdm.session set due_at = now()"
                 " where due_at < 'infinity';")

    # The devices

    def load(self, phase, *words, count=COUNT):
        """Has the first so many devices do something; all must succeed."""
        run = subprocess.run(
            [DEVICE, 'load', '-d', self.folder + '/d', '-n', str(count),
             '-c', str(LANES), '--phase=' + phase, *words], text=True,
            check=False, capture_output=True, timeout=300)
        assert run.returncode == 0, (run.stdout + run.stderr)[-2000:]
        self.last = {k: float(v) for k, v in
                     re.findall(r'(\w+)=([\d.]+)', run.stdout)}
        return run.stdout

    def enroll(self):
        """By one token, for a password costs time on purpose."""
        token = self.admin(
            'select admin.token_create(%d);' % COUNT)[0][0]
        path = self.folder + '/token'
        with open(path, 'w', encoding='ascii') as file:
            os.chmod(path, 0o600)
            file.write(token)
        self.admin("select admin.setting_set(n, v) from (values"
                   " ('session_rate', '0'), ('signer_rate', '0'))"
                   " as s (n, v);")
        port = self.env['HTTPS_PORT']
        words = ['-u', 'fleet@' + self.env['DOMAIN'], '-p', path, '-P', port,
                 '-C', self.env['CA_FILE'], '--key=ec:P-256']
        for host in ('ENROLLMENT_HOST', 'MANAGEMENT_HOST'):
            words += ['-r', '%s:%s:127.0.0.1' % (self.env[host], port)]
        self.load('keys,enroll', *words)

    def sessions(self, *words, count=COUNT, login='user'):
        """A session of each of the first so many."""
        self.load('sessions', '-m', '1', '-l', login, *words, count=count)

    def names(self, count):
        """SQL: the DeviceIDs of the first so many."""
        found = []
        for i in range(count):
            with open('%s/d/%06d/state' % (self.folder, i),
                      encoding='ascii') as file:
                found.append(re.search(r'(?m)^device-id (\S+)$',
                                       file.read())[1])
        return ', '.join("'%s'" % name for name in found)

    def tree(self, number):
        """{path: value} of a device's management tree."""
        with open('%s/d/%06d/tree' % (self.folder, number),
                  encoding='ascii') as file:
            rows = [line.rstrip('\n').split('\t') for line in file]
        return {row[0]: base64.b64decode(row[2]).decode()
                for row in rows if len(row) > 2}

    def change(self, number, path, value):
        """What a user does behind the server's back; None removes it."""
        name = '%s/d/%06d/tree' % (self.folder, number)
        with open(name, encoding='ascii') as file:
            lines = file.read().splitlines()
        kept = [line for line in lines if line.split('\t')[0] != path]
        assert len(kept) == len(lines) - 1, path
        if value is not None:
            kept.append('\t'.join(
                [path, 'chr', base64.b64encode(value.encode()).decode()]))
        with open(name, 'w', encoding='ascii') as file:
            file.write('\n'.join(kept) + '\n')

    def values(self, uri, count=COUNT, first=0):
        """{value: devices} of a node; None where it is not."""
        found = {}
        for i in range(first, count):
            value = self.tree(i).get(uri[2:])
            found[value] = found.get(value, 0) + 1
        return found

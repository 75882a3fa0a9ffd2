# SPDX-License-Identifier: ISC
"""A booted tree with the package in it, and devices that enroll there."""

import json
import os
import re
import threading
import time

import tree

DOMAIN = 'ops.example'
HOSTS = ('enterpriseenrollment.' + DOMAIN, 'manage.' + DOMAIN)
UPN = 'jo@' + DOMAIN
FRONTS = {'lighttpd': ['lighttpd', 'lighttpd-mod-openssl'],
          'apache': ['apache2']}
UNITS = {'lighttpd': 'lighttpd', 'apache': 'apache2'}


class Site(tree.Tree):
    """with Site('lighttpd') as site: …"""

    def __init__(self, front):
        super().__init__()
        self.front, self.unit = front, UNITS[front]

    def install(self, network=True):
        """What the README says, in a tree that has neither Fenestra nor what
        it needs: the package, PostgreSQL, a front server."""
        self.put(tree.package(), '/root/fenestra.deb')
        self.put(os.path.join(tree.ROOT, 'build', 'bin', 'fenestra-device'),
                 '/root/fenestra-device')
        words = ['/root/fenestra.deb', 'postgresql', *FRONTS[self.front],
                 'libcurl4', 'libfcgi-bin']     # which the tests need
        if network:
            self.fetch(*words)
        self.boot()
        return self.run(*tree.APT, 'install', *words, timeout=600)

    def init(self, *words, status=0, **more):
        return self.run('fenestra', 'init', *words, status=status,
                        timeout=300, **more)

    def set_up(self, *words):
        """The first run, with every answer on the command line."""
        self.write('/root/password', 'correct horse 7\n', 0o600)
        return self.init('--domain=' + DOMAIN, '--front=' + self.front,
                         '--user=' + UPN, '--password-file=/root/password',
                         '--yes', *words)

    def device(self, verb, *words, status=0, timeout=300):
        places = [w for h in HOSTS for w in ('-r', h + ':443:127.0.0.1')]
        if verb in ('enroll', 'load'):
            places += ['-u', UPN, '-p', '/root/password']
        return self.run('/root/fenestra-device', verb, '-C',
                        '/etc/fenestra/root.pem', *places, *words,
                        status=status, timeout=timeout)

    def add_devices(self):
        """Six for a load, which may begin as many sessions as they like."""
        self.sql("select admin.setting_set('session_rate', '0')")
        self.device('load', '-d', '/root/load', '-n', '6', '-m', '1', '-c',
                    '3', '--phase=keys,enroll')

    def sql(self, text):
        return self.run('psql', '-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1',
                        '-d', 'fenestra', '-U', 'fenestra_admin', '-c', text)

    def sql_as_super(self, text):
        return self.run('runuser', '-u', 'postgres', '--', 'psql', '-X', '-q',
                        '-At', '-v', 'ON_ERROR_STOP=1', '-d', 'fenestra',
                        '-c', text)

    def files(self):
        """Of the tree, but what does not belong to this package alone: of
        dpkg, apt, PostgreSQL, what runs, and what is temporary."""
        others = ('/proc', '/sys', '/dev', '/tmp', '/root', '/var/tmp',
                  '/var/cache', '/var/log', '/var/lib/dpkg', '/var/lib/apt',
                  '/var/lib/postgresql')
        words = [w for o in others for w in ('-path', o, '-o')]
        text = self.run('find', '/', '(', *words, '-path', '/etc/*-', ')',
                        '-prune', '-o', '-path', '/run/*', '-not', '-path',
                        '/run/fenestra*', '-o', '-print')
        return set(text.split('\n'))

    def unit_value(self, unit, name):
        return self.run('systemctl', 'show', '-P', name, unit)

    def pids(self, pattern='fenestra-*@*.service'):
        """{unit: PID} of the instances that run."""
        listed = self.run('systemctl', 'list-units', '--plain', '--no-legend',
                          '--state=active', pattern)
        return {line.split()[0]: self.unit_value(line.split()[0], 'MainPID')
                for line in listed.splitlines()}

    def status_of(self, path, host=HOSTS[0], *words):
        return self.run(
            'curl', '-q', '-s', '-o', '/dev/null', '-w', '%{http_code}',
            '--max-time', '20', '--cacert', '/etc/fenestra/root.pem',
            '--connect-to', '::127.0.0.1:443', *words,
            'https://%s%s' % (host, path), status=None)

    def mark(self):
        """A place in the journal, for since()."""
        return self.journal('-n', '0', '--show-cursor').split('cursor: ')[1]

    def since(self, mark, units):
        """[(unit, line)] of the journal."""
        self.run('journalctl', '--sync')
        lines = self.run('journalctl', '--no-pager', '-o', 'json',
                         '--after-cursor', mark, '-u', units).splitlines()
        return [(r['_SYSTEMD_UNIT'], r['MESSAGE'])
                for r in map(json.loads, lines)]

    def journal(self, *words):
        return self.run('journalctl', '--no-pager', '-o', 'cat', *words)

    def answers(self):
        """How often the front server answered what, as it says itself."""
        path = {'lighttpd': '/var/log/lighttpd/access.log',
                'apache': '/var/log/apache2/other_vhosts_access.log'}
        with open(self.path(path[self.front]), encoding='utf-8') as file:
            found = re.findall(r'" (\d{3}) ', file.read())
        return {status: found.count(status) for status in set(found)}


class Load(threading.Thread):
    """Devices that hold sessions until the with statement is left."""

    def __init__(self, site, folder):
        super().__init__()
        self.site, self.folder, self.wanted = site, folder, True
        self.texts, self.error = [], None

    def run(self):
        try:
            while self.wanted:
                self.texts.append(self.site.device(
                    'load', '-d', self.folder, '-n', '6', '-m', '10', '-c',
                    '6', '--phase=sessions'))
        except Exception as error:
            self.error = error

    def __enter__(self):
        self.before = self.site.answers()
        self.start()
        return self

    def __exit__(self, kind, *_):
        self.wanted = False
        self.join()
        if kind is None and self.error:
            raise self.error
        after = self.site.answers()
        self.seen = {s: after[s] - self.before.get(s, 0) for s in after}


def wait_for(what, seconds=60):
    """Until what() is true; how long that took."""
    start = time.monotonic()
    while not what():
        assert time.monotonic() - start < seconds, 'it does not happen'
        time.sleep(0.02)
    return time.monotonic() - start

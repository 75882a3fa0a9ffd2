# SPDX-License-Identifier: ISC
"""Trees of Debian 12 to install into, and to boot with systemd-nspawn.

A tree is made by mmdebstrap once a day and kept as build/ops/base.tar; what
apt fetches for it is kept beside it, so that a booted tree, which has no
network, finds it there. It asks of the machine: root with CAP_SYS_ADMIN,
namespaces, a cgroup hierarchy that systemd may use, Debian's mirror."""

import fcntl
import glob
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.realpath(__file__))))
KEPT = os.path.join(ROOT, 'build', 'ops')
ARCHIVES = os.path.join(KEPT, 'archives')
MIRROR = 'http://deb.debian.org/debian'
SECURITY = 'http://deb.debian.org/debian-security'
APT = ['apt-get', '-q', '-y', '--no-install-recommends',
       '-o', 'Dpkg::Use-Pty=0', '-o', 'Acquire::Check-Valid-Until=false',
       '-o', 'Acquire::Check-Date=false', '-o', 'Acquire::Retries=3',
       '-o', 'Dpkg::Options::=--force-unsafe-io']
CLEAN = {'PATH': '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
         'LANG': 'C.UTF-8', 'HOME': '/root', 'DEBIAN_FRONTEND':
         'noninteractive', 'container': 'systemd-nspawn'}


class Locked:
    """Suites that run at the same time make what they share one by one."""

    def __init__(self, name):
        os.makedirs(ARCHIVES, exist_ok=True)
        self.path = os.path.join(KEPT, name)

    def __enter__(self):
        self.file = open(self.path, 'w', encoding='ascii')
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *_):
        self.file.close()


def said(command, status=0, timeout=600, **more):
    """What a command prints; its exit status is checked."""
    ended = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        stdin=more.pop('stdin', subprocess.DEVNULL), timeout=timeout, **more)
    text = ended.stdout.decode('utf-8', 'replace')
    assert ended.returncode == status, '%s: %d\n%s' % (
        ' '.join(command[-8:]), ended.returncode, text[-4000:])
    return text


def base():
    """The tar of a Debian with nothing but systemd and apt."""
    path = os.path.join(KEPT, 'base.tar')
    with Locked('base.lock'):
        if os.path.exists(path) and \
                time.time() - os.path.getmtime(path) < 86400:
            return path
        said(['mmdebstrap', '--quiet', '--mode=root', '--format=tar',
              '--variant=minbase',
              '--include=systemd,systemd-sysv,dbus,ca-certificates,iproute2',
              '--aptopt=Acquire::Check-Valid-Until "false"',
              '--aptopt=Acquire::Check-Date "false"',
              '--dpkgopt=force-unsafe-io', 'bookworm', path + '.new',
              'deb %s bookworm main' % MIRROR,
              'deb %s bookworm-updates main' % MIRROR,
              'deb %s bookworm-security main' % SECURITY])
        os.rename(path + '.new', path)
    return path


def package():
    """The path of the package of these sources."""
    folder = os.path.join(KEPT, 'deb')
    with Locked('deb.lock'):
        built = glob.glob(os.path.join(folder, 'fenestra_*.deb'))
        newest = max(os.path.getmtime(p) for d in (
            'common', 'fcgi', 'sql/functions', 'sql/migrations', 'sql',
            'certs', 'deploy', 'deploy/*')
            for p in glob.glob(os.path.join(ROOT, d, '*')))
        if not built or os.path.getmtime(built[0]) < newest:
            said([os.path.join(ROOT, 'deploy', 'deb'), folder])
            built = glob.glob(os.path.join(folder, 'fenestra_*.deb'))
    assert len(built) == 1, built
    return built[0]


def newer(path):
    """The same package with a higher version."""
    made = os.path.join(KEPT, 'newer.deb')
    with Locked('newer.lock'), tempfile.TemporaryDirectory() as work:
        said(['dpkg-deb', '-R', path, work + '/tree'])
        control = work + '/tree/DEBIAN/control'
        said(['sed', '-i', r's/^Version: .*/&+newer/', control])
        said(['dpkg-deb', '-b', '-Zgzip', '-z1', work + '/tree', made])
    return made


def copy_new(source, target):
    """The packages of a folder that another one lacks."""
    for path in glob.glob(source + '/*.deb'):
        if not os.path.exists(os.path.join(target, os.path.basename(path))):
            shutil.copy(path, target)


class Tree:
    """with Tree() as tree: a copy of the base, which is gone afterwards."""

    def __init__(self):
        self.nspawn = self.leader = None

    def __enter__(self):
        path = base()
        self.work = tempfile.mkdtemp(prefix='fenestra-ops-', dir='/var/tmp')
        self.root = os.path.join(self.work, 'tree')
        self.console = os.path.join(self.work, 'console')
        os.mkdir(self.root)
        said(['tar', '-xf', path, '-C', self.root])
        for name in ('lists', 'lists/partial'):
            os.makedirs(os.path.join(self.root, 'var/lib/apt', name),
                        exist_ok=True)
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.work)

    def path(self, name):
        return self.root + name

    def write(self, name, text, mode=0o644):
        with open(self.path(name), 'w', encoding='utf-8') as file:
            file.write(text)
        os.chmod(self.path(name), mode)

    def put(self, source, name):
        """A file from outside."""
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        shutil.copy(source, self.path(name))

    def nspawn_words(self, *words):
        return ['systemd-nspawn', '-q', '-D', self.root, '--register=no',
                '--keep-unit', '--machine=fenestra-ops-%d' % os.getpid(),
                *words]

    def chroot(self, *command, **more):
        """A command in the tree, where no systemd runs, with the network of
        this machine; what it prints."""
        words = ['--setenv=%s=%s' % v for v in CLEAN.items()]
        text = said(self.nspawn_words('--resolv-conf=copy-host', *words,
                                      '--', *command), **more)
        # Of its own, where the folder of nspawn is not a tmpfs.
        return re.sub('Attempted to remove disk file system under "/run/'
                      'systemd/[^\n]*\n*', '', text)

    def fetch(self, *packages):
        """Package lists, and the packages with what they need."""
        here = self.path('/var/cache/apt/archives')
        with Locked('apt.lock'):
            copy_new(ARCHIVES, here)
            self.chroot(*APT, 'update')
            self.chroot(*APT, 'install', '--download-only', *packages)
            copy_new(here, ARCHIVES)

    def boot(self):
        """Starts its systemd, without a network but its own loopback."""
        with open(self.console, 'wb') as console:
            self.nspawn = subprocess.Popen(
                self.nspawn_words('--private-network', '--boot',
                                  '--console=pipe'),
                stdin=subprocess.DEVNULL, stdout=console,
                stderr=subprocess.STDOUT, start_new_session=True)
        self.await_leader()
        self.run('systemctl', 'is-system-running', '--wait', status=None)

    def await_leader(self):
        """Until PID 1 of the tree is there, and talks."""
        for _ in range(600):
            if self.nspawn.poll() is not None:
                break
            path = '/proc/{0}/task/{0}/children'.format(self.nspawn.pid)
            with open(path, encoding='ascii') as file:
                children = file.read().split()
            if children and os.path.exists(
                    '/proc/%s/root/run/systemd/private' % children[0]):
                self.leader = children[0]
                return
            time.sleep(0.1)
        with open(self.console, encoding='utf-8', errors='replace') as file:
            raise AssertionError('systemd-nspawn does not boot:\n'
                                 + file.read()[-3000:])

    def enter(self, *command):
        return ['nsenter', '--target', self.leader, '--all',
                '--wdns=/', '--', *command]

    def run(self, *command, status=0, timeout=300, environ=None, stdin=None):
        """A command in the booted tree; what it prints. The status None
        allows any."""
        ended = subprocess.run(
            self.enter(*command), input=(stdin or '').encode(),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout,
            env=dict(CLEAN, **(environ or {})))
        text = ended.stdout.decode('utf-8', 'replace')
        assert status is None or ended.returncode == status, \
            '%s: %d\n%s' % (' '.join(command), ended.returncode, text[-4000:])
        return text.strip()

    def stop(self):
        """Powers the tree off."""
        if self.nspawn is None:
            return
        if self.leader:
            subprocess.run(self.enter('systemctl', 'poweroff'),
                           stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, timeout=60)
        try:
            self.nspawn.wait(30)
        except subprocess.TimeoutExpired:
            os.kill(self.nspawn.pid, signal.SIGKILL)
            self.nspawn.wait()
        self.nspawn = self.leader = None

# SPDX-License-Identifier: ISC
"""Front servers of the tests' own: lighttpd or Apache with the configuration
that is delivered, what an administrator might add to it, and workers and a
signer behind them."""

import contextlib
import copy
import os
import pwd
import shutil
import socket
import subprocess
import time

import stack
import x509
from fastcgi import Pool
from signers import Signer

KINDS = ('lighttpd', 'apache')
LIGHTTPD = os.path.join(stack.ROOT, 'deploy', 'lighttpd')
APACHE = os.path.join(stack.ROOT, 'deploy', 'apache')
# What has places and ports, the lines of the test around it.
LIGHTTPD_SITE = '''
var.fenestra_conf = "{conf}"
var.fenestra_errors = "{conf}/error"
var.fenestra_workers = "{conf}/sockets.conf"
var.fenestra_run = "{folder}"
var.fenestra_listen = "127.0.0.1"
var.fenestra_https = "{https}"
var.fenestra_http = "{http}"
var.fenestra_https_in_url = ":{https}"
var.fenestra_certs = "{certs}"
var.fenestra_user = "{user}"
var.fenestra_group = "{user}"
var.fenestra_pid = "{folder}/front.pid"
var.fenestra_log = "{folder}"
var.fenestra_uploads = "{folder}"
{before}
include var.fenestra_conf + "/fenestra.conf"
{after}
'''
APACHE_SITE = '''
ServerRoot "{folder}"
DefaultRuntimeDir "{folder}"
PidFile "{folder}/front.pid"
ServerName localhost
User {user}
Group {group}
{modules}
ErrorLog "{folder}/worker.log"
FcgidIPCDir "{folder}"
FcgidProcessTableFile "{folder}/fcgid_shm"
FcgidInitialEnv OWN_WORKER 1
Listen 127.0.0.1:{https} https
Listen 127.0.0.1:{http} http
Define FENESTRA_LISTEN 127.0.0.1
Define FENESTRA_HTTPS {https}
Define FENESTRA_HTTP {http}
Define FENESTRA_HTTPS_IN_URL :{https}
Define FENESTRA_ENROLLMENT_HOST {enroll}
Define FENESTRA_MANAGEMENT_HOST {manage}
Define FENESTRA_CERTS {certs}
Define FENESTRA_BIN {bin}
Define FENESTRA_WORKERS 1
Define FENESTRA_PGHOST {pghost}
Define FENESTRA_SIGNER_SOCKET {signer}
Define FENESTRA_SEAL_KEY {seal}
{before}
Include "{conf}/fenestra.conf"
{after}
'''
MODULES = ('mpm_event', 'authz_core', 'alias', 'env', 'headers', 'macro',
           'reqtimeout', 'ssl', 'fcgid')


def load_modules(*names):
    return ''.join('LoadModule %s_module /usr/lib/apache2/modules/mod_%s.so\n'
                   % (n, n) for n in names)


def free_port():
    with socket.socket() as sock:
        sock.bind(('127.0.0.1', 0))
        return sock.getsockname()[1]


def ready(port, server, said):
    while True:
        if server.poll() is not None:
            with open(said, encoding='utf-8') as file:
                raise AssertionError('the front server: ' + file.read())
        try:
            return socket.create_connection(('127.0.0.1', port), 30).close()
        except ConnectionRefusedError:
            time.sleep(0.02)


class StackAuthority:
    """The stack's own CA, as Site wants one."""

    def __init__(self, env):
        self.folder = env.folder.fresh()
        os.mkdir(self.folder)
        for name in ('issuing.pem', 'root.pem', 'device-ca.pem'):
            shutil.copy(os.path.join(env.certs, name), self.folder)
        self.key = os.path.join(env.certs, 'issuing.key')

    def path(self, name):
        return os.path.join(self.folder, name)

    def settings(self):
        return {'FENESTRA_CA_CERT': self.path('issuing.pem'),
                'FENESTRA_CA_KEY': self.key,
                'FENESTRA_CA_ROOT': self.path('root.pem'),
                'FENESTRA_DEVICE_CA': self.path('device-ca.pem')}


class Site:
    """with Site(env, authority, kind=…) as site: … of this CA, and of all
    that its bundle trusts. `env` is the stack as the tests' clients know it;
    `before` and `after` are lines around the configuration that is
    delivered."""

    def __init__(self, env, authority=None, signer=None, kind='lighttpd',
                 before='', after=''):
        self.env = copy.copy(env)
        self.env.front = self.kind = kind
        self.env.https, self.env.http = free_port(), free_port()
        self.env.base = 'https://%s:%d' % (stack.ENROLL, self.env.https)
        self.authority = authority or StackAuthority(env)
        self.other = signer or self.authority
        self.lines = {'before': before, 'after': after}
        root = os.getuid() == 0
        self.user = 'www-data' if root else pwd.getpwuid(os.getuid()).pw_name
        self.folder = env.folder.fresh()
        self.hold = contextlib.ExitStack()

    def __enter__(self):
        with contextlib.ExitStack() as hold:
            settings = self.other.settings()
            if self.kind == 'apache':   # whose workers are its user
                settings['FENESTRA_SIGNER_USER'] = self.user
            signer = hold.enter_context(Signer(self.env, **settings))
            os.mkdir(self.folder)
            self.server_certificate()
            os.chmod(self.env.folder.path, 0o711)
            if self.kind == 'lighttpd':
                self.workers(signer, hold)
            else:
                self.env.log = stack.Log([self.folder + '/worker.log'])
            hold.enter_context(self.front(signer.path))
            self.hold = hold.pop_all()
        return self

    def __exit__(self, *_):
        self.hold.close()

    def workers(self, signer, hold):
        """One of each, started here: lighttpd only knows their sockets."""
        settings = self.authority.settings()
        del settings['FENESTRA_CA_KEY']
        settings['FENESTRA_SIGNER_SOCKET'] = signer.path
        logs = []
        for name in stack.PROGRAMS:
            pool = hold.enter_context(Pool(self.env, name, **settings))
            os.chmod(pool.path, 0o777)
            os.symlink(pool.path, '%s/%s.sock' % (self.folder, name))
            logs.append(pool.log_path)
        self.env.log = stack.Log(logs)

    def site(self, signer):
        """The words of the site file."""
        return dict(
            self.lines, folder=self.folder, user=self.user, signer=signer,
            group=pwd.getpwnam(self.user).pw_name, enroll=stack.ENROLL,
            conf=LIGHTTPD if self.kind == 'lighttpd' else APACHE,
            https=self.env.https, http=self.env.http, manage=stack.MANAGE,
            certs=self.authority.folder, modules=load_modules(*MODULES),
            bin=self.env.env['BIN'], seal=self.env.env['SEAL_KEY'],
            pghost=self.env.database()['PGHOST'])

    @contextlib.contextmanager
    def front(self, signer):
        """The server, which gives up root if it has it."""
        lighttpd = self.kind == 'lighttpd'
        text = (LIGHTTPD_SITE if lighttpd else APACHE_SITE).format(
            **self.site(signer))
        conf = self.env.folder.file('site.conf', text)
        shutil.chown(self.folder, self.user)
        command = ['/usr/sbin/lighttpd', '-D', '-f', conf] if lighttpd else \
            ['/usr/sbin/apache2', '-D', 'FOREGROUND', '-f', conf]
        said = self.env.folder.fresh('.out')
        with open(said, 'wb') as out, subprocess.Popen(
                command, stdout=out, stderr=out) as server:
            try:
                ready(self.env.https, server, said)
                yield
            finally:
                server.terminate()

    def server_certificate(self):
        """The stack's.  Its CA is not among those of devices here, where
        the server would look for it: it comes along."""
        pem = ''.join(cert.pem() for path in (
            self.env.certs + '/server.pem', self.env.ca_file)
                      for cert in x509.load(path))
        with open(self.authority.path('server.pem'), 'w',
                  encoding='ascii') as file:
            file.write(pem)
        with contextlib.suppress(FileExistsError):
            os.symlink(self.env.certs + '/server.key',
                       self.authority.path('server.key'))

    def reasons(self):
        """Why workers refused something."""
        return self.env.log.text()
